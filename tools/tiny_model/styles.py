"""Style words: a finished drawing turned into a sketch, a pastel or a neon picture."""

from collections.abc import Callable

import cv2
import numpy as np


def _outline(pixels: np.ndarray, width: int) -> np.ndarray:
    """How much of an edge each pixel is on, 0 to 1, with lines about `width` pixels wide."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    rise = cv2.morphologyEx(pixels, cv2.MORPH_GRADIENT, kernel).max(-1)
    return np.clip((rise.astype(np.float32) - 24) / 60, 0, 1)[..., None]


def sketch(pixels: np.ndarray) -> np.ndarray:
    """Dark outlines on paper."""
    line = _outline(pixels, max(3, min(pixels.shape[:2]) // 48))
    return (np.array([246, 243, 234]) * (1 - line) + np.array([52, 50, 56]) * line).astype(np.uint8)


def pastel(pixels: np.ndarray) -> np.ndarray:
    """Pale colours."""
    return (pixels * 0.5 + 127).astype(np.uint8)


def neon(pixels: np.ndarray) -> np.ndarray:
    """Outlines that glow in the colours of the drawing, on a dark ground."""
    width = max(3, min(pixels.shape[:2]) // 40)
    line = _outline(pixels, width)
    vivid = cv2.dilate(pixels, np.ones((width, width), np.uint8)).astype(np.float32)
    vivid = vivid * (255 / np.maximum(vivid.max(-1, keepdims=True), 90))
    glow = cv2.GaussianBlur(vivid * line, (0, 0), width * 1.5)
    return np.clip(np.array([14, 8, 32]) + vivid * line + glow * 0.6, 0, 255).astype(np.uint8)


STYLES: dict[str, Callable[[np.ndarray], np.ndarray]] = {"sketch": sketch, "pastel": pastel, "neon": neon}
