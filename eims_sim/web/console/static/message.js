// Message.

import "./shell.js";
