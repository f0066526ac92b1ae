import { expect, test } from 'vitest';
import { Fault } from '../fault.ts';
import { escapeXml } from './escape-xml.ts';
import { childOf, childrenOf, readXmlTree, textOfChild } from './xml-tree.ts';

const limits = { bytes: 10_000, depth: 10, elements: 100 };
const read = (text: string) => readXmlTree(Buffer.from(text), limits);

test('a tree reads the same whatever its prefixes are', () => {
  const plain = read('<a xmlns="urn:one"><b xmlns="urn:two" x="1">text</b><c/></a>');
  const prefixed = read('<o:a xmlns:o="urn:one" xmlns:t="urn:two"><t:b t:x="1">text</t:b><o:c/></o:a>');
  expect(prefixed).toEqual(plain);
  expect(plain).toEqual({
    name: 'a',
    namespace: 'urn:one',
    attributes: {},
    text: '',
    children: [
      { name: 'b', namespace: 'urn:two', attributes: { x: '1' }, text: 'text', children: [] },
      { name: 'c', namespace: 'urn:one', attributes: {}, text: '', children: [] },
    ],
  });
});

test('a namespace counts only inside the element that declares it', () => {
  const tree = read('<a><b xmlns="urn:b"><c/></b><d/></a>');
  expect(tree.children.map(({ namespace }) => namespace)).toEqual(['urn:b', '']);
  expect(tree.children[0]!.children[0]!.namespace).toBe('urn:b');
  expect(() => read('<a><n:b/></a>')).toThrow("the prefix 'n' stands for no namespace");
});

test('blanks and a byte order mark may stand in front of the declaration', () => {
  for (const front of ['', '\r\n', '\ufeff', '\ufeff \n\t']) {
    expect(read(`${front}<?xml version="1.0" encoding="utf-8"?><a/>`).name).toBe('a');
  }
});

test('children and their text', () => {
  const tree = read('<a><b> one </b><b><![CDATA[<two>]]></b><c/></a>');
  expect(childrenOf(tree, 'b').map(({ text }) => text)).toEqual([' one ', '<two>']);
  expect(textOfChild(tree, 'b')).toBe('one');
  expect(textOfChild(tree, 'c')).toBe('');
  expect(textOfChild(tree, 'd')).toBeUndefined();
  expect(childOf(tree, 'c')?.name).toBe('c');
});

test('what is no document, is empty or is nested too deep is refused', () => {
  for (const text of ['', '  ', 'text', '<a>', '<a></b>', '<a/><b/>', '<a>'.repeat(11) + '</a>'.repeat(11)]) {
    expect(() => read(text), text).toThrow(Fault);
  }
});

test('escaped text reads as what it was', () => {
  const text = '<&>"\'\r\n]]>';
  expect(read(`<a x="${escapeXml('<&>"')}">${escapeXml(text)}</a>`)).toMatchObject({
    text,
    attributes: { x: '<&>"' },
  });
});

test('what is declared around thousands of elements is not copied for each', () => {
  const many = Array.from({ length: 20_000 }, (_, index) => ` xmlns:n${index}="urn:${index}"`).join('');
  const text = `<a${many}>${'<n7:b xmlns:z="urn:z"/>'.repeat(20_000)}</a>`;
  const limits = { bytes: 2_000_000, depth: 2, elements: 100_000 };
  const { children } = readXmlTree(Buffer.from(text), limits);
  expect(children).toHaveLength(20_000);
  expect(new Set(children.map(({ namespace }) => namespace))).toEqual(new Set(['urn:7']));
});
