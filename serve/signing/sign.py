"""A folder signed with a person's own key by OpenSSF's model-signing, which is installed when it is first asked for.

Whoever has the public key holds every file against the signature with the same tool. It knows nothing of models.
"""

import subprocess
from pathlib import Path

from serve import environments
from serve.errors import Failure, UsageError
from serve.paths import Paths

SIGNATURE = "model.sig"
REQUIREMENTS = Path("serve", "signing", "requirements.txt")


def sign(folder: Path, key: Path, paths: Paths) -> None:
    """Puts the signature beside the files of a folder. `key`: a private key of an elliptic curve, in PEM.

    Raises UsageError for a key that cannot sign, Failure where the tool cannot be installed.
    """
    environment = paths.environment("signing")
    try:
        environments.bootstrap(environment, paths.root / REQUIREMENTS)
    except subprocess.CalledProcessError:
        log = paths.log("environment-signing")
        raise Failure(f"{paths.root / REQUIREMENTS}: cannot be installed; see {log}") from None
    tool = [str(environment / "bin" / "model_signing"), "sign", "key", str(folder)]
    given = ["--private_key", str(key), "--signature", str(folder / SIGNATURE)]
    done = subprocess.run([*tool, *given], capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines() or ["no word why"]
        raise UsageError(
            f"{key}: cannot sign ({said[-1]}); set SIGN_KEY to a private key of an elliptic curve, in PEM and without "
            "a password: `openssl ecparam -name prime256v1 -genkey -noout -out key.pem`"
        )
