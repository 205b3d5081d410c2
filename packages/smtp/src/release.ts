/** Lets go of something whatever happens. */
export async function release(owned: AsyncDisposable): Promise<void> {
  try {
    await owned[Symbol.asyncDispose]();
  } catch {
    // It is gone either way.
  }
}
