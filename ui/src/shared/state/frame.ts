/** What can wait until something is seen. */

/** Runs once what is drawn now is on the screen; never after the returned function was called. */
export function afterPaint(run: () => void): () => void {
  // The first frame paints what is drawn now; the second one begins when that is done.
  let frame = requestAnimationFrame(() => (frame = requestAnimationFrame(run)));
  return () => cancelAnimationFrame(frame);
}
