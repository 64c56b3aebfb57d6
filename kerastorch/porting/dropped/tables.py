"""The tables of ``shims``: what libraries dropped, and where it is today."""

from __future__ import annotations

__all__ = ["AFTER", "ATTRIBUTES", "MODULES", "REPLACED"]

_PORTING = "kerastorch.porting"
_DROPPED, _SKLEARN, _CALLS, _PANDAS, _PLOTS, _ELSEWHERE = (
    f"{_PORTING}.dropped.{part}" for part in "functions sklearn sklearn_calls pandas plots elsewhere".split()
)
# numpy's functions that scipy had under its own name
_OF_SCIPY = (
    "abs absolute angle arange argmax argmin argsort around array asarray average ceil clip column_stack concatenate "
    "cos cov cumsum diag diff dot e empty exp eye floor histogram hstack inf isnan linspace log log10 log2 logspace "
    "max mean median meshgrid min nan newaxis ones outer pi polyfit polyval power prod random real reshape round sign "
    "sin sqrt squeeze std sum tan tanh transpose unique var vstack where zeros"
).split()
_WINDOWS = "bartlett blackman boxcar chebwin cosine flattop gaussian hamming hann hanning kaiser parzen triang".split()

#: module -> name that is gone -> where it is today ("module:name"), looked up when somebody asks for it
ATTRIBUTES: dict[str, dict[str, str]] = {
    "numpy": {
        "int": "builtins:int",
        "float": "builtins:float",
        "bool": "builtins:bool",
        "object": "builtins:object",
        "str": "builtins:str",
        "complex": "builtins:complex",
        "long": "builtins:int",
        "unicode": "builtins:str",
        "bool8": "numpy:bool_",
        "float_": "numpy:float64",
        "complex_": "numpy:complex128",
        "string_": "numpy:bytes_",
        "unicode_": "numpy:str_",
        "Inf": "math:inf",
        "Infinity": "math:inf",
        "infty": "math:inf",
        "PINF": "math:inf",
        "NaN": "math:nan",
        "NAN": "math:nan",
        "math": "math",
        "product": "numpy:prod",
        "cumproduct": "numpy:cumprod",
        "alltrue": "numpy:all",
        "sometrue": "numpy:any",
        "round_": "numpy:round",
        "row_stack": "numpy:vstack",
        "trapz": "numpy:trapezoid",
        "in1d": "numpy:isin",
        "mat": "numpy:asmatrix",
        "msort": "numpy:sort",
        "rank": "numpy:ndim",
        "alen": "builtins:len",
        "typeDict": "numpy:sctypeDict",
        "cast": f"{_DROPPED}:cast",
        "asscalar": f"{_DROPPED}:asscalar",
        "asfarray": f"{_DROPPED}:asfarray",
        "VisibleDeprecationWarning": "numpy.exceptions:VisibleDeprecationWarning",
    },
    "collections": {
        name: f"collections.abc:{name}"
        for name in ("Callable", "Iterable", "Iterator", "Mapping", "MutableMapping", "Sequence", "Set", "Hashable")
    },
    "time": {"clock": "time:perf_counter"},
    "inspect": {"getargspec": f"{_DROPPED}:getargspec"},
    "fractions": {"gcd": "math:gcd"},
    "scipy": {"interp": "numpy:interp", "misc": "scipy.misc", **{name: f"numpy:{name}" for name in _OF_SCIPY}},
    "scipy.integrate": {
        "cumtrapz": "scipy.integrate:cumulative_trapezoid",
        "simps": "scipy.integrate:simpson",
        "trapz": "scipy.integrate:trapezoid",
    },
    "scipy.linalg": {"pinv2": "scipy.linalg:pinv"},
    "scipy.ndimage": {"imread": f"{_DROPPED}:imread"},
    "scipy.signal": {name: f"scipy.signal.windows:{name}" for name in _WINDOWS},
    "scipy.misc": {
        **{
            name: f"{_DROPPED}:{name}"
            for name in ("imread", "imsave", "imresize", "toimage", "fromimage", "imrotate", "imshow")
        },
        "logsumexp": "scipy.special:logsumexp",
        "comb": "scipy.special:comb",
        "factorial": "scipy.special:factorial",
        "face": "scipy.datasets:face",
        "ascent": "scipy.datasets:ascent",
    },
    "sklearn.preprocessing": {"Imputer": f"{_SKLEARN}:Imputer"},
    "sklearn.datasets": {"load_boston": f"{_SKLEARN}:load_boston", "fetch_mldata": f"{_CALLS}:fetch_mldata"},
    "sklearn.decomposition": {"RandomizedPCA": "sklearn.decomposition:PCA"},
    "sklearn.metrics": {"jaccard_similarity_score": "sklearn.metrics:accuracy_score"},
    "pandas": {
        "datetime": "datetime:datetime",
        "np": "numpy",
        "scatter_matrix": "pandas.plotting:scatter_matrix",
        **{name: f"{_PANDAS}:{name}" for name in ("ewma", "rolling_mean", "rolling_std", "value_counts")},
    },
    "networkx": {
        "from_numpy_matrix": "networkx:from_numpy_array",
        "to_numpy_matrix": f"{_ELSEWHERE}:to_numpy_matrix",
    },
    "seaborn": {"factorplot": "seaborn:catplot"},
    "matplotlib.cm": {"get_cmap": "matplotlib.pyplot:get_cmap"},
    "PIL.Image": {"ANTIALIAS": f"{_DROPPED}:LANCZOS", "LINEAR": f"{_DROPPED}:BILINEAR", "CUBIC": f"{_DROPPED}:BICUBIC"},
}

#: module -> names that are there and once took more than they do today -> what answers
REPLACED: dict[str, dict[str, str]] = {
    "numpy": {
        name: f"{_DROPPED}:{name}"
        for name in ("array asarray fromstring load set_printoptions vstack hstack dstack stack column_stack").split()
    },
    "random": {"sample": f"{_ELSEWHERE}:sample"},
    "re": {"split": f"{_DROPPED}:split"},
    "sklearn.preprocessing": {"OneHotEncoder": "kerastorch.porting.dropped.encoder:OneHotEncoder"},
}

#: module -> function of it that is called once when it is there: what no name alone can bring back
AFTER: dict[str, str] = {
    "pandas": f"{_PANDAS}:extend",
    "matplotlib.axis": f"{_DROPPED}:extend_axis",
    "matplotlib.style": f"{_DROPPED}:extend_styles",
    "matplotlib": f"{_PLOTS}:extend_matplotlib",
    "matplotlib.axes": f"{_PLOTS}:extend_axes",
    "matplotlib.backend_bases": f"{_PLOTS}:extend_backends",
    "matplotlib.cm": f"{_PLOTS}:extend_colors",
    "matplotlib.figure": f"{_PLOTS}:extend_figure",
    "matplotlib.pyplot": f"{_PLOTS}:extend_pyplot",
    "h5py": f"{_ELSEWHERE}:extend_h5py",
    "scipy.sparse": f"{_ELSEWHERE}:extend_sparse",
    "scipy.sparse.linalg.eigen": f"{_ELSEWHERE}:make_package",
    "yaml": f"{_ELSEWHERE}:extend_yaml",
    "PIL.ImageDraw": f"{_ELSEWHERE}:extend_draw",
    "PIL.ImageFont": f"{_ELSEWHERE}:extend_font",
    "gensim.models": f"{_ELSEWHERE}:extend_gensim",
    "gensim.models.keyedvectors": f"{_ELSEWHERE}:extend_word_vectors",
    "sklearn.cluster": f"{_CALLS}:extend_estimators",
    "sklearn.feature_extraction.text": f"{_CALLS}:extend_text",
    "sklearn.linear_model": f"{_CALLS}:extend_estimators",
    "sklearn.manifold": f"{_CALLS}:extend_estimators",
    "sklearn.metrics": f"{_CALLS}:extend_metrics",
    "sklearn.model_selection": f"{_CALLS}:extend_model_selection",
    "sklearn.utils.class_weight": f"{_CALLS}:extend_class_weight",
}

#: module that is gone -> the modules that hold its names today
MODULES: dict[str, tuple[str, ...]] = {
    "scipy.misc": (),
    "scipy.misc.pilutil": (_DROPPED,),
    "scipy.sparse.linalg.eigen.arpack": ("scipy.sparse.linalg",),
    "sklearn.cross_validation": (_CALLS, "sklearn.model_selection"),
    **{
        f"sklearn.{inner}": (f"sklearn.{inner.rpartition('.')[0]}",)
        for inner in (
            "cluster.k_means_ datasets.samples_generator decomposition.pca ensemble.forest ensemble.gradient_boosting "
            "feature_extraction.stop_words linear_model.logistic linear_model.base linear_model.ridge "
            "manifold.t_sne metrics.classification metrics.ranking metrics.regression metrics.scorer mixture.gmm "
            "neighbors.classification neighbors.unsupervised preprocessing.data preprocessing.imputation "
            "preprocessing.label svm.classes tree.tree"
        ).split()
    },
    "sklearn.lda": ("sklearn.discriminant_analysis",),
    "sklearn.utils.linear_assignment_": (_CALLS,),
    "sklearn.grid_search": ("sklearn.model_selection",),
    "sklearn.learning_curve": ("sklearn.model_selection",),
    "sklearn.externals": (),
    "sklearn.externals.joblib": ("joblib",),
    "sklearn.externals.six": ("kerastorch.porting.six",),
    "keras_applications": (f"{_PORTING}.dropped.applications", "kerastorch.applications"),
    "keras_applications.resnet_common": ("kerastorch.applications",),
    **{
        f"keras_applications.{name}": (f"kerastorch.applications.{name}", f"{_PORTING}.dropped.applications")
        for name in (
            "densenet imagenet_utils inception_resnet_v2 inception_v3 mobilenet mobilenet_v2 nasnet resnet resnet50 "
            "resnet_v2 resnext vgg16 vgg19 xception"
        ).split()
    },
    "keras_preprocessing": ("kerastorch.preprocessing",),
    "keras_preprocessing.image": ("kerastorch.preprocessing.image",),
    "keras_preprocessing.sequence": ("kerastorch.preprocessing.sequence",),
    "keras_preprocessing.text": ("kerastorch.preprocessing.text",),
    "pandas.tools": (),
    "pandas.tools.plotting": ("pandas.plotting",),
    "six": ("kerastorch.porting.six",),
    "six.moves": ("kerastorch.porting.six_moves",),
    "six.moves.cPickle": ("pickle",),
    "six.moves.configparser": ("configparser",),
    "six.moves.queue": ("queue",),
    "six.moves.urllib": ("urllib",),
    "six.moves.urllib.error": ("urllib.error",),
    "six.moves.urllib.parse": ("urllib.parse",),
    "six.moves.urllib.request": ("urllib.request",),
    "distutils": (),
    "distutils.version": (_DROPPED,),
}
