"""``six.moves``: names that Python 3 moved, where ``six`` is not installed."""

import configparser
import os
import pickle as cPickle  # the name in six
import queue
import sys
import urllib.error
import urllib.parse
import urllib.request
from functools import reduce
from io import StringIO
from itertools import filterfalse, zip_longest

__all__ = [
    "StringIO",
    "cPickle",
    "configparser",
    "filter",
    "filterfalse",
    "getcwd",
    "input",
    "intern",
    "map",
    "queue",
    "range",
    "reduce",
    "urllib",
    "xrange",
    "zip",
    "zip_longest",
]

filter, input, map, range, xrange, zip = filter, input, map, range, range, zip  # the names in six
getcwd, intern = os.getcwd, sys.intern
