"""A stroke that bends what it lays by a mesh: what a face that talks or a body that breathes costs beside a plain one.

Knows a canvas and one paint. The product bends pictures before it packs them; the measured scene bends every frame.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from understudy.animatic.canvas import Canvas, Matrix, Paint


def draw_bent(canvas: Canvas, paint: Paint, matrix: Matrix, mesh: NDArray[np.float32]) -> None:
    """Lay a paint over the picture, bent by a mesh.

    `mesh` is (rows, columns, 2) float32 shifts in paint pixels, spread evenly over the paint: a point shows what lies
    `shift` beside it. Small shifts only.
    """
    reach = float(np.abs(mesh).max()) * float(np.abs(matrix[:, :2]).sum(axis=1).max()) + 2
    corners = np.array([[0, 0, 1], [paint.width, 0, 1], [0, paint.height, 1], [paint.width, paint.height, 1]])
    spots = corners @ matrix.T
    low, high = spots.min(axis=0) - reach, spots.max(axis=0) + reach
    left, top = max(0, int(low[0]) & ~1), max(0, int(low[1]) & ~1)
    right = min(canvas.size.width, (int(np.ceil(high[0])) + 1) & ~1)
    bottom = min(canvas.size.height, (int(np.ceil(high[1])) + 1) & ~1)
    if right <= left or bottom <= top:
        return
    width, height = right - left, bottom - top
    back = cv2.invertAffineTransform(matrix)
    # The whole map is affine plus something smooth: it is made on a coarse grid and spread by one cheap resize.
    # The grid reaches one cell beyond the rectangle, because a resize flattens what lies at its border.
    rows, columns = mesh.shape[:2]
    cell_x, cell_y = -(-width // columns), -(-height // rows)
    across = (np.arange(-1, columns + 1, dtype=np.float32) + 0.5) * cell_x - 0.5 + left
    down = (np.arange(-1, rows + 1, dtype=np.float32) + 0.5) * cell_y - 0.5 + top
    grid_x, grid_y = np.meshgrid(across, down)
    source = np.empty((rows + 2, columns + 2, 2), np.float32)
    source[:, :, 0] = back[0, 0] * grid_x + back[0, 1] * grid_y + back[0, 2]
    source[:, :, 1] = back[1, 0] * grid_x + back[1, 1] * grid_y + back[1, 2]
    source += cv2.remap(
        mesh,
        source[:, :, 0] * np.float32(columns / paint.width) - np.float32(0.5),
        source[:, :, 1] * np.float32(rows / paint.height) - np.float32(0.5),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    spread = cv2.resize(source, ((columns + 2) * cell_x, (rows + 2) * cell_y), interpolation=cv2.INTER_LINEAR)
    warped = cv2.remap(paint.packed, spread[cell_y : cell_y + height, cell_x : cell_x + width], None, cv2.INTER_LINEAR)
    canvas.stamp(Paint(np.asarray(warped, np.uint8)), left, top)
