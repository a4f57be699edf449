// Messages.

import "./shell.js";
