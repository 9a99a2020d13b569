/** Where the Worker's script is: within the page where that is one file, else beside it. */

import beside from "./worker.ts?worker&url";

const within = document.getElementById("worker");

export const workerScript =
  within === null ? beside : URL.createObjectURL(new Blob([within.textContent], { type: "text/javascript" }));
