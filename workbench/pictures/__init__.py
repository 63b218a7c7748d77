"""Pictures of recurrent networks: arrays in, a matplotlib Figure out.

Does not run networks, and does not change matplotlib's global settings. Each picture comes with
the function that gives its numbers (`gates` and `gates_arrays`, `padding` and
`measure.last_states`, `saliency` and `measure.saliency`), so that a live view, a test and a page
can draw the same thing.
"""

from workbench.measure import step_norms
from workbench.pictures.carousel import carousel, carousel_arrays
from workbench.pictures.digits import number, power, share
from workbench.pictures.forecast import forecast, forecast_arrays
from workbench.pictures.gates import gates, gates_arrays
from workbench.pictures.gradient_by_step import gradient_by_step, gradient_by_step_arrays
from workbench.pictures.gradient_norms import gradient_norms, gradient_norms_arrays
from workbench.pictures.jacobian import jacobian, jacobian_arrays
from workbench.pictures.learning_curves import learning_curves, learning_curves_arrays
from workbench.pictures.padding import padding
from workbench.pictures.phases import phases
from workbench.pictures.picture import Picture
from workbench.pictures.reach import gradient_reach, gradient_reach_arrays
from workbench.pictures.saliency import saliency
from workbench.pictures.saturation import gate_saturation
from workbench.pictures.sentence import gradient_sentence
from workbench.pictures.svg import to_svg
from workbench.pictures.unfold import unfold, unfold_arrays
from workbench.pictures.worked import worked, worked_arrays

__all__ = [
    "Picture",
    "carousel",
    "carousel_arrays",
    "forecast",
    "forecast_arrays",
    "gate_saturation",
    "gates",
    "gates_arrays",
    "gradient_by_step",
    "gradient_by_step_arrays",
    "gradient_norms",
    "gradient_norms_arrays",
    "gradient_reach",
    "gradient_reach_arrays",
    "gradient_sentence",
    "jacobian",
    "jacobian_arrays",
    "learning_curves",
    "learning_curves_arrays",
    "number",
    "padding",
    "phases",
    "power",
    "saliency",
    "share",
    "step_norms",
    "to_svg",
    "unfold",
    "unfold_arrays",
    "worked",
    "worked_arrays",
]
