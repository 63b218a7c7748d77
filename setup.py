"""Which folders the package is made of; everything else about it stands in pyproject.toml.

The notebooks live in notebooks/ beside the code, where a reader of the repository looks for
them, and travel in the wheel as `workbench.notebooks`, from which `workbench lab` copies them.
Of the JavaScript the wheel holds what was built; MANIFEST.in puts its sources in the sdist.
"""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["workbench", "workbench.*"]), "workbench.notebooks"],
    package_dir={"workbench.notebooks": "notebooks"},
    package_data={
        "workbench": ["jupyter/labconfig/*.json"],
        "workbench.notebooks": ["*.ipynb"],
        "workbench.bench": ["results/*.json"],
        "workbench.report": ["*.html", "*.css"],
        "workbench.explorers": ["web/bundle.js", "web/*.css"],
    },
    include_package_data=False,  # only what is named above, not all that MANIFEST.in names
)
