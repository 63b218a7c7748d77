"""Live views of recurrent networks, for notebooks and for saved pages.

`web/` holds the JavaScript: its sources in `src/`, and `bundle.js`, which is made from them, is
committed, and is all that a user needs.
"""
