// Alerts that somebody else changed while a person decided about them, waiting for that person's word.
import { useSyncExternalStore } from "react";
import type { Alert, AlertPatch, TaggedAlert } from "./types";

export interface Clash {
  seen: Alert;
  patch: AlertPatch; // what the person wanted
  now: TaggedAlert;
}

interface Question {
  clashes: Clash[];
  answer: (change: boolean) => void;
}

let questions: Question[] = [];
const listeners = new Set<() => void>();

function set(next: Question[]) {
  questions = next;
  for (const listener of listeners) listener();
}

// True when the change is wanted all the same.
export function askAbout(clashes: Clash[]): Promise<boolean> {
  return new Promise((resolve) => {
    const question: Question = {
      clashes,
      answer: (change) => {
        set(questions.filter((each) => each !== question));
        resolve(change);
      },
    };
    set([...questions, question]);
  });
}

export const useQuestion = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => questions[0],
  );
