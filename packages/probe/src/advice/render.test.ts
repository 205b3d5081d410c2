import { describe, expect, it } from 'vitest';
import { placeholdersOf, render } from './render.ts';

describe('render', () => {
  it('fills, leaves out and replaces', () => {
    expect(render('a {x}[ and {y}][: {z}|, no z]', { x: '1', y: '2' })).toBe('a 1 and 2, no z');
  });

  it('does not read what it inserts', () => {
    expect(render('{x}[ {y}]', { x: '{y}[z]', y: '$1{x}' })).toBe('{y}[z] $1{x}');
  });

  it('lists the placeholders and which of them must have a word', () => {
    expect(placeholdersOf('{a}[{b}|{c}]')).toEqual([
      { name: 'a', required: true },
      { name: 'b', required: false },
      { name: 'c', required: true },
    ]);
  });
});
