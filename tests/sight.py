"""Eyes for tests: the perception models, fetched once into the cache of the test runner, and sample photographs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from understudy.animatic.models import install


@cache
def models_folder() -> Path:
    """Folder with the installed models; the first call of a fresh clone fetches them."""
    folder = Path(__file__).parents[1] / ".pytest_cache" / "perception-models"
    install(folder)
    return folder


@cache
def photo(name: str) -> NDArray[np.uint8]:
    """A sample photograph that comes with scikit-image: astronaut, chelsea (a cat), coffee, rocket. (h, w, 3)."""
    from skimage import data

    picture: NDArray[np.uint8] = getattr(data, name)()
    picture.setflags(write=False)
    return picture
