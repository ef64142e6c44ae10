#!/usr/bin/env python3
"""Carries out the Dockerfile's steps without Docker, in a clean folder, and starts what they make as the user that the image has.

Takes the steps from the file itself: COPY from the context (tracked files, less .dockerignore) and from the build stage, RUN in a shell.
What is about the image's system (apt-get, useradd, install) is named and left out. Ends with an error where a step fails, the silo does
not become ready, or does not end with code 0 within 30 s of SIGTERM.
"""
import os, re, shutil, signal, subprocess, sys, tempfile, time, urllib.request

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
dockerfile = open(os.path.join(root, "deploy/docker/Dockerfile")).read().replace("\\\n", " ")
steps = [line.split(None, 1) for line in dockerfile.splitlines() if line and not line.startswith("#")]
assert [s[0] for s in steps].count("FROM") == 2, "two stages are expected"
place = tempfile.mkdtemp(prefix="learngene-image-")
stages, variables, user, environment = {}, {}, None, {}
entry, command = None, None


def inside(stage, path):
    return os.path.join(stage, path.lstrip("/"))


def ignored():
    patterns = [p for p in open(os.path.join(root, ".dockerignore")).read().split() if p]
    return {p.removeprefix("**/") for p in patterns}


def context():
    there = os.path.join(place, "context")
    for name in subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout.splitlines():
        if ignored() & set(name.split("/")) or not os.path.exists(os.path.join(root, name)):
            continue
        os.makedirs(os.path.dirname(os.path.join(there, name)), exist_ok=True)
        shutil.copy2(os.path.join(root, name), os.path.join(there, name))
    return there


def copy(argument, stage, workdir):
    words = argument.split()
    source = stages[words.pop(0).split("=")[1]] if words[0].startswith("--from=") else stages["context"]
    *what, to = words
    target = inside(stage, to if to.startswith("/") else os.path.join(workdir, to))
    for name in what:
        here = inside(source, name)
        assert os.path.exists(here), f"COPY {name}: there is nothing"
        if os.path.isdir(here):
            shutil.copytree(here, target, symlinks=True, dirs_exist_ok=True)
        else:
            into = os.path.join(target, os.path.basename(name)) if to.endswith("/") else target
            os.makedirs(os.path.dirname(into), exist_ok=True)
            shutil.copy2(here, into)


def run(argument, stage, workdir):
    if re.match(r"(apt-get|groupadd|install) ", argument):
        print(f"left out: RUN {argument}")
        return
    line = re.sub(r"(?<=\s)/out/", inside(stage, "/out/"), argument)
    print(f"RUN {line}", flush=True)
    subprocess.run(["sh", "-ec", line], cwd=inside(stage, workdir), env={**os.environ, **variables}, check=True, stdout=subprocess.DEVNULL)


try:
    stages["context"] = context()
    stage, workdir = None, "/"
    for kind, argument in steps:
        if kind == "FROM":
            name = argument.split()[2] if " AS " in argument else "final"
            stage, workdir = os.path.join(place, name), "/"
            stages[name] = stage
            os.makedirs(stage, exist_ok=True)
        elif kind == "ARG":
            name, _, value = argument.partition("=")
            variables[name] = value
        elif kind == "WORKDIR":
            workdir = argument
            os.makedirs(inside(stage, workdir), exist_ok=True)
        elif kind == "COPY":
            copy(argument, stage, workdir)
        elif kind == "RUN":
            run(argument, stage, workdir)
        elif kind == "ENV":
            environment.update(pair.split("=", 1) for pair in argument.split())
        elif kind == "USER":
            user = [int(n) for n in argument.split(":")]
        elif kind == "ENTRYPOINT":
            entry = eval(argument)
        elif kind == "CMD":
            command = eval(argument)

    image = stages["final"]
    links = [f for folder, _, files in os.walk(inside(image, "/opt")) for f in files if os.path.islink(os.path.join(folder, f))]
    assert not links, f"links lead out of the image: {links[:3]}"
    size = sum(os.path.getsize(os.path.join(folder, f)) for folder, _, files in os.walk(inside(image, "/opt")) for f in files)
    data = inside(image, environment["LEARNGENE_DATA_DIR"])
    os.makedirs(data, exist_ok=True)
    subprocess.run(["chmod", "755", place], check=True)
    os.chown(data, *user)
    env = {k: v for k, v in os.environ.items() if not k.startswith("LEARNGENE_")} | environment | {"LEARNGENE_DATA_DIR": data, "HOME": data}
    silo = subprocess.Popen([entry[0], inside(image, entry[1]), *command, "--gateway-port", "0", "--silo-port", "0", "--http-port", "0"],
                            cwd=data, env=env, user=user[0], group=user[1], extra_groups=[], stdout=subprocess.PIPE, text=True)
    try:
        ready = silo.stdout.readline()
        assert ready.startswith("Learngene silo ready"), ready
        http, gateway = ready.split(" http ")[1].split()[0], ready.split(" gateway ")[1].split()[0]
        for probe in ("/health/live", "/health/ready", "/metrics"):
            assert urllib.request.urlopen(http + probe, timeout=10).status == 200, probe
        subprocess.run(["dotnet", inside(image, "/opt/learngene/cli/learngene.dll"), "status", "--json", "--cluster", gateway], check=True, stdout=subprocess.DEVNULL)
        owners = {os.stat(os.path.join(folder, f)).st_uid for folder, _, files in os.walk(data) for f in files}
        assert owners == {user[0]}, owners
        begun = time.monotonic()
        silo.send_signal(signal.SIGTERM)
        code = silo.wait(timeout=30)
        assert code == 0, f"the silo ended with {code}"
        print(f"the image's silo ran as {user[0]}, {size / 1e6:.0f} MB, and ended {time.monotonic() - begun:.1f} s after SIGTERM")
    finally:
        silo.kill()
finally:
    shutil.rmtree(place, ignore_errors=True)
