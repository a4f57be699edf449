// Requests.

import "./shell.js";
