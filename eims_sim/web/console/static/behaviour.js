// Behaviour.

import "./shell.js";
