package io.scopeguard.signal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Converts rules of ABNF (RFC 5234, RFC 7405) that are not recursive to regular expressions. */
final class Abnf {

    private static final Pattern RULE =
            Pattern.compile("(?m)^([A-Za-z][A-Za-z0-9-]*)\\s*=\\s*((?:.*\\n?)(?:^[ \\t]+.*\\n?)*)");
    private static final Pattern PART = Pattern.compile("\\s*(?:(?<repeat>[0-9]*\\*[0-9]*|[0-9]+)?"
            + "(?:%s\"(?<exact>[^\"]*)\"|\"(?<text>[^\"]*)\"|%x(?<from>[0-9A-F]+)(?:-(?<to>[0-9A-F]+))?"
            + "|(?<rule>[A-Za-z][A-Za-z0-9-]*)|(?<open>[(\\[]))|(?<close>[)\\]])|(?<or>/))\\s*");
    private static final Map<String, String> CORE =
            Map.of("ALPHA", "[A-Za-z]", "DIGIT", "[0-9]", "DQUOTE", "\\x22", "SP", "\\x20");

    private final Map<String, String> rules = new LinkedHashMap<>();

    Abnf(String grammar) {
        Matcher rule = RULE.matcher(grammar.replaceAll(";.*", ""));
        while (rule.find()) {
            rules.put(rule.group(1), rule.group(2));
        }
    }

    /** The expression that matches the same texts as the rule. */
    Pattern pattern(String rule) {
        return Pattern.compile(expression(rule));
    }

    private String expression(String rule) {
        String core = CORE.get(rule);
        return core != null ? core : "(?:" + translated(Objects.requireNonNull(rules.get(rule), rule)) + ")";
    }

    private String translated(String elements) {
        StringBuilder expression = new StringBuilder();
        Deque<String> after = new ArrayDeque<>();
        Matcher part = PART.matcher(elements.strip());
        int end = 0;
        while (part.lookingAt()) {
            end = part.end();
            if (part.group("open") != null) {
                expression.append("(?:");
                after.push(part.group("open").equals("[") ? ")?" : ")" + quantifier(part.group("repeat")));
            } else if (part.group("close") != null) {
                expression.append(after.pop());
            } else {
                expression.append(element(part));
            }
            part.region(end, part.regionEnd());
        }
        if (end != elements.strip().length()) {
            throw new IllegalArgumentException(
                    "not understood: " + elements.strip().substring(end));
        }
        return expression.toString();
    }

    private String element(Matcher part) {
        if (part.group("or") != null) {
            return "|";
        }
        String quantifier = quantifier(part.group("repeat"));
        if (part.group("exact") != null) {
            return "(?:" + Pattern.quote(part.group("exact")) + ")" + quantifier;
        }
        if (part.group("text") != null) {
            return "(?i:" + Pattern.quote(part.group("text")) + ")" + quantifier;
        }
        if (part.group("from") != null) {
            String to = part.group("to") == null ? part.group("from") : part.group("to");
            return "[\\x" + part.group("from") + "-\\x" + to + "]" + quantifier;
        }
        return expression(part.group("rule")) + quantifier;
    }

    private static String quantifier(@Nullable String repeat) {
        if (repeat == null || repeat.isEmpty()) {
            return "";
        }
        if (!repeat.contains("*")) {
            return "{" + repeat + "}";
        }
        String[] bounds = repeat.split("\\*", -1);
        return "{" + (bounds[0].isEmpty() ? "0" : bounds[0]) + "," + bounds[1] + "}";
    }
}
