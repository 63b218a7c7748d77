"""Live views of recurrent networks: drag something, and every number follows.

Each explorer answers one question, and is three things: arrays from the rooms below, a matplotlib
picture of them (`explorer.picture()`), and a view that draws them live, in a notebook or as a page
of its own (`explorer.save_html(path)`). The views are in web/src; what they compute comes from
the same equations, through the JavaScript writer. Trains nothing. `pictures`, and matplotlib with
them, are imported by the first picture that is drawn.
"""

from .carousel import carousel
from .explorer import Explorer
from .gates import gates
from .gradients import gradients
from .jacobian import jacobian
from .padding import padding
from .phases import phases
from .unfold import unfold

__all__ = ["Explorer", "carousel", "gates", "gradients", "jacobian", "padding", "phases", "unfold"]
