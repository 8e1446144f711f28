import os
import pathlib
import sys

ROOT = pathlib.Path(os.environ["URLTRIM_SOURCE_DIR"])
sys.path.insert(0, str(ROOT / "tools"))
