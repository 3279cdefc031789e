// Moves the focus to what has just come up, so that a screen reader reads it and the keyboard goes on from there.
export function focused(element: HTMLElement): void {
  element.focus({ preventScroll: true });
  scrollTo(0, 0);
}
