"""What Python and the libraries around Keras dropped since old scripts were written, one module a library.

``tables.py`` says which name is answered by what; ``shims.py`` beside this package puts the answers in place.
"""
