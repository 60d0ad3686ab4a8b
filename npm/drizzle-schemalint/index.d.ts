/** The path of schemalint's program for this machine. Throws where there is none, and says why. */
export function binaryPath(): string;
