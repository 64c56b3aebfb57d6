"""Ways to use pandas that it dropped; what is expected was read off pandas 1.3.5, and 0.22 for what that one lacks."""

import io
import warnings

import numpy as np
import pytest

pd = pytest.importorskip("pandas")

from kerastorch.porting import shims  # noqa: E402 - after the check


@pytest.fixture(autouse=True)
def installed():
    shims.install()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    shims.uninstall()


def table():
    return pd.read_csv(io.StringIO("month,sales,kind\n1-01,2.5,a\n1-02,3.5,b\n1-03,1,a\n"))


def read(text, **how):
    return pd.read_csv(io.StringIO(text), **how)


def test_squeeze_with_a_parser_of_dates():
    series = read(
        "month,sales\n1-01,2.5\n1-02,3.5\n",
        header=0,
        parse_dates=[0],
        index_col=0,
        squeeze=True,
        date_parser=lambda text: pd.to_datetime("190" + text, format="%Y-%m"),
    )
    assert isinstance(series, pd.Series) and series.tolist() == [2.5, 3.5]
    assert [str(day.date()) for day in series.index] == ["1901-01-01", "1901-02-01"]


@pytest.mark.parametrize("keep", [False, True])
def test_dates_of_several_columns(keep):
    text = "no,year,month,day,hour,v\n1,2010,1,2,3,4\n2,2010,1,2,4,5\n"
    how = {"date_parser": lambda text: pd.to_datetime(text, format="%Y %m %d %H")}
    frame = read(text, parse_dates=[["year", "month", "day", "hour"]], index_col=0, keep_date_col=keep, **how)
    assert frame.index.name == "year_month_day_hour" and str(frame.index[1]) == "2010-01-02 04:00:00"
    assert list(frame.columns) == (["no", "year", "month", "day", "hour", "v"] if keep else ["no", "v"])


@pytest.mark.parametrize("columns", [["Date", "Time"], [0, 1]])
def test_dates_under_a_name_of_their_own(columns):
    text = "Date;Time;v\n16/12/2006;17:24:00;4.2\n"
    how = {"infer_datetime_format": True, "index_col": ["when"], "low_memory": False, "dayfirst": True}
    frame = read(text, sep=";", parse_dates={"when": columns}, **how)
    assert str(frame.index[0]) == "2006-12-16 17:24:00" and frame["v"].tolist() == [4.2]


def test_a_parser_of_whole_columns():
    frame = read(
        "a,b\n2000,x\n2001,y\n", parse_dates=True, index_col="a", date_parser=lambda year: pd.to_datetime(year)
    )
    assert [day.year for day in frame.index] == [2000, 2001]


def test_names_of_arguments_that_changed():
    assert read("1 2  3\n4 5 6\n", header=None, delim_whitespace=True, prefix="X").columns.tolist() == [
        "X0",
        "X1",
        "X2",
    ]
    assert pd.read_csv(io.StringIO("a;b\n1;2\n"), ";").shape == (1, 2)
    assert read("a,b\n1,2\n1,2,3\n", error_bad_lines=False, warn_bad_lines=False).shape == (1, 2)
    assert read("a\n1\n", mangle_dupe_cols=True).shape == (1, 1)
    assert pd.to_datetime(["2000-01-02"], infer_datetime_format=True)[0].day == 2


def test_arguments_by_position():
    assert table().drop("kind", 1).columns.tolist() == ["month", "sales"]
    assert table().drop([0, 2]).index.tolist() == [1]
    assert pd.DataFrame({"a": [1, np.nan]}).dropna(0, "any").shape == (1, 1)
    assert pd.concat([table(), table()], 1).shape == (3, 6)
    assert pd.concat([table(), table()[:1]], axis=1, join_axes=[table().index]).shape == (3, 6)
    assert table().set_index("kind", False).shape == (3, 3)
    assert table().pivot("month", "kind", "sales").loc["1-01", "a"] == 2.5


def test_texts_are_objects_and_classes_numbers():
    assert table()["kind"].dtype == object and list(table().select_dtypes(include=["object"])) == ["month", "kind"]
    assert pd.get_dummies(table()["kind"]).to_numpy().dtype == np.uint8


@pytest.mark.parametrize("values", [lambda t: t.values, lambda t: t["a"].values, np.asarray, lambda t: t.as_matrix()])
def test_values_may_be_written_to(values):
    found = values(pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]}))
    found[0] = 9.0
    assert found.flat[0] == 9.0


def test_columns_write_through():
    frame = table()
    frame["sales"][0] = 7.0
    frame.sales[frame.sales < 2] = 0.0
    assert frame["sales"].tolist() == [7.0, 3.5, 0.0]
    frame["kind"].replace("a", 1, inplace=True)
    assert frame["kind"].tolist() == [1, "b", 1]
    holed = pd.DataFrame({"a": [1.0, np.nan], "b": [np.nan, 1.0]})
    holed["a"].fillna(0, inplace=True)
    assert holed["a"].tolist() == [1.0, 0.0] and holed["b"].isna().sum() == 1
    copied = holed["a"].copy()
    copied[0] = 5.0
    assert holed["a"].tolist() == [1.0, 0.0]


def test_what_is_missing_is_filled():
    holed = pd.DataFrame({"a": [1.0, np.nan, 3.0]})
    assert holed.fillna(method="ffill")["a"].tolist() == [1.0, 1.0, 3.0]
    assert holed["a"].fillna(method="bfill").tolist() == [1.0, 3.0, 3.0]
    assert holed.fillna(0)["a"].tolist() == [1.0, 0.0, 3.0]


def test_columns_of_text_are_passed_over():
    assert table().mean().to_dict() == {"sales": pytest.approx(7 / 3)}
    assert table().corr().shape == (1, 1) and list(table().std().index) == ["sales"]
    assert table().groupby("kind").mean()["sales"].to_dict() == {"a": 1.75, "b": 3.5}
    with pytest.raises((TypeError, ValueError)):
        table().mean(numeric_only=False)


def test_frequencies():
    hours = pd.Series(range(48), index=pd.date_range("2000", periods=48, freq="H"))
    assert hours.resample("D").sum().tolist() == [276, 852]
    assert hours.resample("2D", how="mean").tolist() == [23.5]
    assert hours.asfreq("24H").tolist() == [0, 24]
    assert pd.date_range("2000", periods=2, freq="M")[1].day == 29


def test_methods_that_are_gone():
    frame, series = table(), table()["sales"]
    assert series.ravel().tolist() == [2.5, 3.5, 1.0] and series.order().tolist() == [1.0, 2.5, 3.5]
    assert frame.sort("sales")["sales"].tolist() == [1.0, 2.5, 3.5]
    assert frame.get_value(0, "sales") == 2.5 and frame.set_value(0, "sales", 9.0)["sales"][0] == 9.0
    assert pd.DataFrame([[1, 2]]).applymap(lambda v: v + 1).to_numpy().tolist() == [[2, 3]]
    assert series.mad() == pytest.approx(8 / 9)  # distances from the mean 7 / 3: 1 / 6, 7 / 6, 4 / 3
    assert frame.reindex_axis(["kind"], axis=1).shape == (3, 1) and frame.irow(1)["kind"] == "b"
    assert pd.DataFrame({"a": ["1", "x"]}).convert_objects(convert_numeric=True)["a"].isna().tolist() == [False, True]
    assert pd.Series([1, 2], index=list("ab"))[-1] == 2
    with pytest.raises(KeyError):
        pd.Series([1, 2])[-1]


def test_functions_that_are_gone():
    assert pd.np is np and pd.value_counts(table()["kind"]).to_dict() == {"a": 2, "b": 1}
    np.testing.assert_allclose(pd.rolling_std(pd.Series([1.0, 3.0]), 2), [np.nan, 2**0.5])
    np.testing.assert_allclose(pd.ewma(pd.Series([0.0, 1.0]), span=3), [0.0, 2 / 3])
    pd.set_option("display.max_colwidth", -1)
    pd.set_option("max_columns", 10)
    assert pd.get_option("display.max_columns") == 10
    pd.reset_option("display.max_columns")
    pd.reset_option("display.max_colwidth")


def test_everything_is_taken_back():
    shims.uninstall()
    before = {cls: dict(cls.__dict__) for cls in (pd.DataFrame, pd.Series)}
    read_csv, strings = pd.read_csv, pd.options.future.infer_string
    shims.install()
    assert pd.read_csv is not read_csv
    shims.uninstall()
    assert pd.read_csv is read_csv and pd.options.future.infer_string == strings
    for cls, names in before.items():
        assert {name for name, value in cls.__dict__.items() if names.get(name) is not value} == set()
