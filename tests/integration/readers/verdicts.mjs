// Reads {schema, instances} and prints ajv's verdict on each instance: what a browser's form would say.
import { readFileSync } from "node:fs";
import Ajv from "ajv";

const { schema, instances } = JSON.parse(readFileSync(0, "utf8"));
const validate = new Ajv({ strict: false }).compile(schema);
console.log(JSON.stringify(instances.map((instance) => validate(instance))));
