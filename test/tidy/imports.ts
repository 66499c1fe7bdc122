// SPDX-License-Identifier: MIT OR Apache-2.0

import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { readSource } from './source-files.js';

/** One import of a file: static, dynamic or of types alone. */
export type Import = {
  readonly from: string;
  /** As written. */
  readonly specifier: string;
  /** Path relative to the checkout when it is ours, else the package's name. */
  readonly target: string;
  readonly isOurs: boolean;
  readonly isDynamic: boolean;
};

/** Every import in a file, found by the TypeScript parser. */
export function importsOf(path: string): readonly Import[] {
  const imports: Import[] = [];
  const add = (specifier: string, isDynamic: boolean) => {
    const isOurs = specifier.startsWith('.');
    const name = specifier.startsWith('@')
      ? specifier.split('/', 2).join('/')
      : (specifier.split('/', 1)[0] ?? specifier);
    const target = isOurs ? normalize(join(dirname(path), specifier)) : name;
    imports.push({ from: path, specifier, target, isOurs, isDynamic });
  };
  visit(parse(path), (node) => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined) {
      if (ts.isStringLiteral(node.moduleSpecifier)) add(node.moduleSpecifier.text, false);
    } else if (
      ts.isImportTypeNode(node) &&
      ts.isLiteralTypeNode(node.argument) &&
      ts.isStringLiteral(node.argument.literal)
    ) {
      add(node.argument.literal.text, false);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments;
      if (specifier !== undefined && ts.isStringLiteralLike(specifier)) add(specifier.text, true);
    }
  });
  return imports;
}

/** Lines where the global `process` is named, or node's process module imported. */
export function processUses(path: string): readonly number[] {
  const source = parse(path);
  const lines: number[] = [];
  visit(source, (node) => {
    const isGlobal = ts.isIdentifier(node) && node.text === 'process' && !isMemberName(node);
    const isModule =
      ts.isStringLiteral(node) &&
      (node.text === 'node:process' || node.text === 'process') &&
      ts.isImportDeclaration(node.parent);
    if (isGlobal || isModule) lines.push(source.getLineAndCharacterOfPosition(node.getStart()).line + 1);
  });
  return lines;
}

/** Names of the layers: `src/LAYER/...`. */
export function layerOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readSource(path), ts.ScriptTarget.ES2023, true);
}

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

/** `x.process`, `{ process: 1 }`, a parameter or property of that name: not the global. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    ((ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isPropertyDeclaration(parent)) &&
      parent.name === node) ||
    ((ts.isMethodDeclaration(parent) || ts.isMethodSignature(parent)) && parent.name === node)
  );
}
