"""Numbers in a page are written as the pictures write them."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from workbench.pictures import number, power, share

WEB = Path(__file__).parents[2] / "workbench" / "explorers" / "web" / "src"


@pytest.mark.browser
def test_numbers_shares_and_powers_are_written_alike(node, tmp_path):
    g = np.random.default_rng(5)
    values = np.concatenate(
        [
            g.standard_normal(300) * 10.0 ** g.integers(-12, 12, 300),
            [0, 1, -1, 0.5, 10, 9999, 10000, 99995, 0.001, 0.00099996, np.inf, -np.inf, np.nan],
            [1e-300, 5e-324, 1.7e308, 100, 0.1, 0.25, 12.5, 0.9995, 999.95],
        ]
    )
    digits = [2, 3, 4]
    script = tmp_path / "words.mjs"
    script.write_text(
        f"""
import {{ number, power, share }} from {json.dumps((WEB / "frame" / "words.js").as_uri())};
import {{ readFileSync }} from "node:fs";
const bytes = Uint8Array.from(readFileSync(0));
const values = Array.from(new Float64Array(bytes.buffer));
process.stdout.write(JSON.stringify({{
  numbers: {digits}.map((d) => values.map((v) => number(v, d))),
  shares: values.map(share),
  powers: [-310, -8, -1, 0, 1, 2, 12].map(power),
}}));
""",
        encoding="utf-8",
    )
    done = subprocess.run([node, script], input=values.tobytes(), capture_output=True, check=True)
    got = json.loads(done.stdout)
    for own, d in zip(got["numbers"], digits, strict=True):
        different = [
            (v, a, number(v, d)) for v, a in zip(values, own, strict=True) if a != number(v, d)
        ]
        assert different == []
    assert got["shares"] == [share(v) for v in values]
    assert got["powers"] == [power(e) for e in (-310, -8, -1, 0, 1, 2, 12)]
