#!/usr/bin/env node
"use strict";

// Runs the program as if it had been called itself: same arguments, streams, signals and exit code.

const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const { binaryPath } = require("../index.js");

/** As wrong usage ends: 1 would mean findings. */
const FAILED = 2;

function fail(message) {
  console.error(`error: ${message}`);
  process.exitCode = FAILED;
}

function run(binary) {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];
  const forward = (signal) => child.kill(signal);
  // Before the program starts: no signal may find only one of the two.
  for (const signal of signals) process.on(signal, forward);
  const child = spawn(binary, process.argv.slice(2), { stdio: "inherit" });
  child.on("error", (error) => fail(`${binary} cannot be run: ${error.message}`));
  child.on("exit", (code, signal) => {
    for (const signal of signals) process.off(signal, forward);
    if (signal === null) {
      process.exitCode = code;
      return;
    }
    // Whoever waits for this process shall see what ended the program.
    process.exitCode = 128 + constants.signals[signal];
    process.kill(process.pid, signal);
  });
}

let binary;
try {
  binary = binaryPath();
} catch (error) {
  fail(error.message);
}
if (binary !== undefined) run(binary);
