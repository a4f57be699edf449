// Handset.

import "./shell.js";
