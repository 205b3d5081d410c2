import { certificateHabits } from './certificate.ts';
import { connectionHabits } from './connection.ts';
import { dialogueHabits } from './dialogue.ts';
import { greetingHabits } from './greeting.ts';
import type { HabitName } from './habit-name.ts';
import type { Habit } from './habit.ts';
import { handshakeHabits } from './handshake.ts';
import { startTlsHabits } from './starttls.ts';

/** All habits, by name. */
export const habits: Readonly<Record<HabitName, Habit>> = {
  ...connectionHabits,
  ...greetingHabits,
  ...startTlsHabits,
  ...handshakeHabits,
  ...certificateHabits,
  ...dialogueHabits,
};
