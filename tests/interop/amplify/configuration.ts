// Compiled only: the types of aws-amplify accept the file that `authflow emulator --amplify-file` wrote.

import { Amplify } from "aws-amplify";

import configuration from "./cognito.json";

Amplify.configure(configuration);
