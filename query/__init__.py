"""What analysts see: Dutch pages and their JSON twins, read from the views of projections.

This room may import schemas, streams and projections, and reads no table but projections' views;
it decides nothing, and shows no person, because the views hold none.
Start in `app.py` (the routes), then `pages.py` (what one request does) and `households.py`.
"""
