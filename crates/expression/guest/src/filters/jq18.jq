# What jq 1.8 defines and jaq does not, or does otherwise. Native filters of ours end in `_` where they are not jq's.

# Kinds
def booleans: select(isboolean);
def numbers: select(isnumber);
def strings: select(isstring);
def arrays: select(isarray);
def objects: select(isobject);
def iterables: select(isarray or isobject);
def scalars: select((isarray or isobject) | not);
def normals: select(isnormal);
def finites: select((isinfinite or isnan) | not);
def toarray: if isarray then . else [.] end;
def have_literal_numbers: true;
def have_decnum: true;
def isvalid(f): try (f | true) catch false;

# Streams
def limit($n; f): if $n < 0 then error("limit doesn't support negative count") else limit_($n; f) end;
def skip($n; f): if $n < 0 then error("skip doesn't support negative count") else skip_($n; f) end;
def nth($n; f): if $n < 0 then error("nth doesn't support negative indices") else first(skip_($n; f)) end;
def add(f): [f] | add;
def IN(s): any(s == .; .);
def IN(source; s): any(source == s; .);
def INDEX(stream; f): reduce stream as $row ({}; .[$row | f | tostring] = $row);
def INDEX(f): INDEX(.[]; f);
def JOIN($index; key): [.[] | [., $index[key]]];
def JOIN($index; stream; key): stream | [., $index[key]];
def JOIN($index; stream; key; f): JOIN($index; stream; key) | f;
def ascii: [.] | implode;
def getpath($path): reduce $path[] as $part (.; if . == null then null else .[$part] end);

# Lists and objects
def in(xs): . as $key | xs | has($key);
def inside(xs): . as $part | xs | contains($part);
def index($part): indices($part) | .[0];
def rindex($part): indices($part) | .[-1:][0];
def flatten: flatten_(1e9);
def flatten($depth): flatten_($depth);
def transpose:
  if . == [] then [] else . as $rows | (map(length) | max) as $width
  | [range($width) as $column | [range($rows | length) as $row | $rows[$row][$column]]] end;
def combinations: if length == 0 then [] else .[0][] as $first | (.[1:] | combinations) as $rest | [$first] + $rest end;
def combinations($n): . as $list | [range($n) | $list] | combinations;
def from_entries:
  reduce .[] as $entry ({};
    ($entry | if .key == null then .k // .name // .Name // .K // .Key else .key end
      | if isstring then . else tojson end) as $name
    | .[$name] = ($entry | if has("value") then .value elif has("v") then .v else .Value end));
def with_entries(f): to_entries | map(f) | from_entries;
def walk(f): def each: if isobject then map_values(each) elif isarray then map(each) else . end | f; each;
def del(f): delpaths([path(f)]);
def pick(f): . as $all | reduce path(f) as $path (null; setpath($path; $all | getpath($path)));
def leaf_paths: paths(scalars);
def tostream:
  def events($path):
    if (isarray or isobject) and length > 0
    then to_entries as $entries
      | ($entries[] | .key as $key | .value | events($path + [$key])), [$path + [$entries[-1].key]]
    else [$path, .] end;
  events([]);
def fromstream(events):
  foreach events as $event ({};
    (if .complete then {} else . end)
    | if ($event | length) > 1
      then .value = (.value | setpath($event[0]; $event[1])) | .complete = ($event[0] == [])
      else .complete = ($event[0] | length <= 1) end;
    if .complete then .value else empty end);
def truncate_stream(stream):
  . as $depth | null | stream | select(.[0] | length > $depth) | .[0] |= .[$depth:];

# Texts
def trimstr($part): ltrimstr($part) | rtrimstr($part);
def split($separator): if isstring and ($separator | isstring) then . / $separator
  else error("split input and separator must be strings") end;

# Regular expressions
def pattern_(f): f | if isarray then [.[0], .[1]] else [., null] end;
def captured_: [.captures[] | select(.name != null) | {key: .name, value: .string}] | from_entries;
def match(re; flags): flags as $flags | re as $re | matches_($re; $flags)[];
def match(re): pattern_(re) as [$re, $flags] | matches_($re; $flags)[];
def test(re; flags): flags as $flags | re as $re | test_($re; $flags);
def test(re): pattern_(re) as [$re, $flags] | test_($re; $flags);
def capture(re; flags): match(re; flags) | captured_;
def capture(re): match(re) | captured_;
def scan($re; $flags): matches_($re; "g" + $flags)[]
  | if .captures == [] then .string else [.captures[].string] end;
def scan(re): pattern_(re) as [$re, $flags] | scan($re; $flags);
def split($re; $flags): . as $text
  | [foreach (matches_($re; "g" + $flags)[], null) as $match ({from: 0};
      if $match == null then .part = $text[.from:]
      else .part = $text[.from:$match.offset] | .from = $match.offset + $match.length end;
      .part)];
def splits($re; $flags): split($re; $flags)[];
def splits($re): splits($re; null);
def sub($re; f; $flags): . as $text
  | reduce matches_($re; $flags)[] as $match ({from: 0, text: ""};
      ($match | captured_ | f) as $new
      | .text += $text[.from:$match.offset] + $new | .from = $match.offset + $match.length)
  | .text + $text[.from:];
def sub($re; f): sub($re; f; "");
def gsub($re; f; $flags): sub($re; f; "g" + $flags);
def gsub($re; f): sub($re; f; "g");

# Dates
def todateiso8601: strftime("%Y-%m-%dT%H:%M:%SZ");
def todate: todateiso8601;
def date: todate;
def fromdate: fromdateiso8601;
def dateadd(unit; $n): . + $n;
def datesub(unit; $n): . - $n;

# Formats
def row_(cell): if isarray then map(cell) else error("a row must be a list") end;
def @json: tojson;
def @csv: row_(if isstring then "\"" + (split("\"") | join("\"\"")) + "\""
  elif . == null then "" elif isarray or isobject then error("a list or an object is no cell of a row") else tojson end) | join(",");
def @tsv: row_(if isstring
  then gsub("\\\\"; "\\\\") | gsub("\t"; "\\t") | gsub("\n"; "\\n") | gsub("\r"; "\\r")
  elif . == null then "" elif isarray or isobject then error("a list or an object is no cell of a row") else tojson end) | join("\t");
def @sh: [if isarray then .[] else . end
  | if isstring then "'" + escape_sh + "'" elif isarray or isobject then error("a list or an object cannot be quoted for a shell")
    else tojson end] | join(" ");
def @base32: tostring | encode_base32;
def @base32d: tostring | decode_base32;
def format($name): if $name == "text" then tostring elif $name == "json" then tojson
  elif $name == "html" then @html elif $name == "uri" then @uri elif $name == "urid" then @urid
  elif $name == "csv" then @csv elif $name == "tsv" then @tsv elif $name == "sh" then @sh
  elif $name == "base64" then @base64 elif $name == "base64d" then @base64d
  elif $name == "base32" then @base32 elif $name == "base32d" then @base32d
  else error("there is no format of this name") end;
