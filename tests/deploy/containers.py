"""The images of our Dockerfile, built by buildah, and containers of them, run by crun as a compose
file says: no engine, no registry.

What `FROM` names is made here: a Debian 12 with its own Python under that name, and Node.js as
requirements-web.lock has it. So the images are ours from the first RUN on; their bases are not the
published ones.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PYTHON, NODE_JS = (
    "docker.io/library/python:3.11-slim-bookworm",
    "docker.io/library/node:20-bookworm-slim",
)
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
INSTALLED = (
    "python -m venv /usr/local/lib/nodejs"
    " && /usr/local/lib/nodejs/bin/pip install --quiet --require-hashes -r /tmp/lock"
    " && ln -s ../lib/nodejs/bin/node ../lib/nodejs/bin/npm ../lib/nodejs/bin/npx /usr/local/bin"
)
# crun refuses a machine that has both generations of cgroups; it is given none of them here.
APART = (
    *("unshare", "--mount", "sh", "-c"),
    *('umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@"', "sh"),
)


def run(*command: str | Path) -> str:
    """What it printed. Fails with what it complained of."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (command, done.stdout[-2_000:], done.stderr[-3_000:])
    return done.stdout


class Images:
    """Built below *home*, by root; whoever made them calls `remove`."""

    def __init__(self, home: Path) -> None:
        assert os.getuid() == 0, "only root can build images without an engine"
        self._home = home
        self._make_bases()

    def build(self, target: str) -> None:
        """One stage of the Dockerfile, and those that it needs."""
        self._buildah(
            "bud", *self._in_chroot, "--pull=never", "--target", target, "-t", target, ROOT
        )

    def root_of(self, image: str) -> Path:
        """A new container's root file system."""
        return Path(self._buildah("mount", self._from(image)).strip())

    def config_of(self, image: str) -> dict[str, Any]:
        """What the image itself says: User, Env, Entrypoint, Cmd, WorkingDir."""
        told = json.loads(self._buildah("inspect", "--type", "image", image))
        config: dict[str, Any] = told["OCIv1"]["config"]
        return config

    def remove(self) -> None:
        """Unmount, and delete all of it."""
        self._buildah("umount", "--all")
        shutil.rmtree(self._home)

    _in_chroot = ("--isolation", "chroot", "--network", "host")

    def _make_bases(self) -> None:
        base = self._from("scratch")
        root = Path(self._buildah("mount", base).strip())
        debian = "python3,python3-venv,ca-certificates"
        run("debootstrap", "--variant=minbase", f"--include={debian}", "bookworm", root)
        (root / "usr/local/bin/python").symlink_to("../../bin/python3")
        # Whom this machine trusts, the images' builders trust: it may have a mirror of its own.
        shutil.copy(AUTHORITIES, root / AUTHORITIES[1:])
        trusting = (f"PIP_CERT={AUTHORITIES}", f"NODE_EXTRA_CA_CERTS={AUTHORITIES}")
        self._buildah("config", *(f"--env={one}" for one in trusting), base)
        self._buildah("commit", "--quiet", base, PYTHON)
        shutil.copy(ROOT / "requirements-web.lock", root / "tmp/lock")
        self._buildah("run", *self._in_chroot, base, "--", "sh", "-c", INSTALLED)
        self._buildah("commit", "--quiet", base, NODE_JS)
        self._buildah("rm", base)

    def _from(self, image: str) -> str:
        return self._buildah("from", "--pull=never", image).strip()

    def _buildah(self, *arguments: str | Path) -> str:
        where = ("--root", self._home / "store", "--runroot", self._home / "run")
        return run("buildah", *where, "--storage-driver", "vfs", *arguments)


@dataclass(frozen=True)
class Container:
    """One that can be started, once."""

    name: str
    bundle: Path
    state: Path

    def command(self, verb: str, *arguments: str) -> list[str]:
        """What does *verb* with it."""
        crun = ("crun", f"--root={self.state}", "--cgroup-manager=disabled")
        return [*APART, *crun, verb, *arguments]

    def start(self) -> subprocess.Popen[str]:
        """Its first process."""
        command = self.command("run", f"--bundle={self.bundle}", self.name)
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def beside(self, *command: str) -> list[str]:
        """What runs *command* in it as well, with no more than its first process has."""
        process = json.loads((self.bundle / "config.json").read_text())["process"]
        file = self.bundle / "process.json"
        file.write_text(json.dumps({**process, "args": command}))
        return self.command("exec", f"--process={file}", self.name)

    def end(self) -> None:
        """At once."""
        run(*self.command("delete", "--force", self.name))


def container(
    images: Images,
    name: str,
    service: Mapping[str, Any],
    home: Path,
    volumes: Mapping[str, Path],
    *,
    command: Sequence[str] = (),
) -> Container:
    """Of a compose file's *service*, with a network of its own and *volumes* where they go;
    *command* stands instead of what its image says."""
    bundle = home / name
    bundle.mkdir()
    run("crun", "spec", f"--bundle={bundle}")
    spec = json.loads((bundle / "config.json").read_text())
    image = images.config_of(service["build"]["target"])
    user, _, group = image["User"].partition(":")
    spec["root"] = {
        "path": str(images.root_of(service["build"]["target"])),
        "readonly": service["read_only"],
    }
    process = spec["process"]
    process["terminal"] = False
    process["user"] = {
        "uid": int(user),
        "gid": int(group),
        "additionalGids": [int(one) for one in service.get("group_add", [])],
    }
    process["args"] = [*image["Entrypoint"], *(command or image["Cmd"])]
    process["env"] = image["Env"]
    process["cwd"] = image["WorkingDir"]
    assert service["cap_drop"] == ["ALL"]
    process["capabilities"] = {kind: [] for kind in process["capabilities"]}
    process["noNewPrivileges"] = "no-new-privileges:true" in service["security_opt"]
    process["rlimits"] = [{"type": "RLIMIT_CORE", "hard": 0, "soft": 0}]
    spec["linux"].pop("resources", None)
    spec["mounts"] += [_in_memory(mount) for mount in service["tmpfs"]]
    spec["mounts"] += [_volume(where, path) for where, path in volumes.items()]
    (bundle / "config.json").write_text(json.dumps(spec))
    return Container(name, bundle, home / "state")


def _in_memory(mount: str) -> dict[str, Any]:
    where, _, options = mount.partition(":")
    return {
        "destination": where,
        "type": "tmpfs",
        "source": "tmpfs",
        "options": options.split(","),
    }


def _volume(where: str, path: Path) -> dict[str, Any]:
    return {"destination": where, "type": "bind", "source": str(path), "options": ["bind"]}
