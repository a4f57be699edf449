// Accounts.

import "./shell.js";
