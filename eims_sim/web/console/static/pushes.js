// Pushes.

import "./shell.js";
