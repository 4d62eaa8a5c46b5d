// Every sentence the console shows comes from here. A language is a module of the type Words; the
// one in use is chosen before the first render.
import { en } from "./en";

export type Words = typeof en;

export const language = "en";
export const t: Words = en;
export { asSentence, isolate } from "./plural";
