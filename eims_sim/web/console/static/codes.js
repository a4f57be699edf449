// Codes.

import "./shell.js";
