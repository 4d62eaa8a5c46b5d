// Helpers for sentences in any language.
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

// Picks the plural form of a language and puts the number where "#" stands.
export function plural(language: string, count: number, forms: Forms): string {
  const form = forms[new Intl.PluralRules(language).select(count)] ?? forms.other;
  return form.replace("#", new Intl.NumberFormat(language).format(count));
}

// Characters that change direction or take no room: they can make one text look like another.
export const HIDDEN_CHARACTERS =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu;

export const codePointName = (character: string) =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

// Puts a value from outside into a sentence so that its direction cannot leak into it (Unicode
// first-strong isolate); hidden characters are spelled out.
export function isolate(value: string): string {
  return `\u2068${value.replace(HIDDEN_CHARACTERS, (found) => `[${codePointName(found)}]`)}\u2069`;
}

// Adds the full stop a sentence from outside lacks, so that another sentence can follow it.
export function asSentence(text: string): string {
  const trimmed = text.trimEnd();
  return trimmed === "" || /[.!?…。！？؟।][)\]"'”’»]*$/u.test(trimmed) ? trimmed : `${trimmed}.`;
}
