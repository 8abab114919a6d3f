"""The Bestuursrapportage and the factsheet, made from the journal as of any knowledge date.

`asking.py` collects the content, `document.py` is its JSON; everything else renders that content.
"""
