// Overview.

import "./shell.js";
