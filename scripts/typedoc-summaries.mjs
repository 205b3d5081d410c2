// A plugin of typedoc. The page of a package shows its README, which begins with the package comment; the comment itself would
// repeat it, or be missing where a package has several entries. What is left of it is the first paragraph, for the start page.
import { Comment, CommentTag, Converter, ReflectionKind } from 'typedoc';

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const main = project.getChildrenByKind(ReflectionKind.Module).find(({ name }) => name === 'index');
    const comment = main?.comment ?? project.comment;
    if (comment)
      project.comment = new Comment([], [new CommentTag('@summary', comment.getShortSummary(true))]);
  });
}
