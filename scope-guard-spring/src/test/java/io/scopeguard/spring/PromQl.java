package io.scopeguard.spring;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses the subset of PromQL that the dashboard and the alert rules use, and checks types and labels like Prometheus: ranges as
 * arguments of functions, existing labels of series, and matching labels of operands. All other PromQL is an error.
 */
final class PromQl {

    private static final Set<String> AGGREGATIONS = Set.of("sum", "min", "max");
    private static final Set<String> RATES = Set.of("rate", "increase");

    private static final Pattern TOKEN = Pattern.compile("\\s*("
            + "[a-zA-Z_][a-zA-Z0-9_]*"
            + "|\"[^\"]*\""
            + "|\\[(?:\\d+[smhd]|\\$__rate_interval)]"
            + "|\\d+(?:\\.\\d+)?"
            + "|=~|!~|!=|==|>=|<=|[=<>(){},/*+-])");

    /** The result of an expression. */
    private enum Kind {
        SCALAR,
        VECTOR,
        RANGE
    }

    private record Value(Kind kind, Set<String> labels, String series) {

        static final Value SCALAR = new Value(Kind.SCALAR, Set.of(), "");
    }

    private final List<String> tokens = new ArrayList<>();
    private final Function<String, Set<String>> labelsOf;
    private int next;

    private PromQl(String expression, Function<String, Set<String>> labelsOf) {
        this.labelsOf = labelsOf;
        Matcher token = TOKEN.matcher(expression);
        int end = 0;
        while (token.find() && token.start() == end) {
            tokens.add(token.group(1));
            end = token.end();
        }
        if (!expression.substring(end).isBlank()) {
            throw new IllegalArgumentException("'" + expression.substring(end) + "' in " + expression);
        }
    }

    /**
     * Checks an expression that has to return a vector.
     *
     * @param labelsOf the labels of a series
     * @throws IllegalArgumentException if Prometheus would reject it, or it would never give a result
     */
    static void check(String expression, Function<String, Set<String>> labelsOf) {
        PromQl parser = new PromQl(expression, labelsOf);
        try {
            parser.expect(parser.comparison().kind == Kind.VECTOR, "a vector");
            parser.expect(parser.next == parser.tokens.size(), "the end");
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() + " in " + expression, e);
        }
    }

    private Value comparison() {
        Value left = sum();
        while (isAny("==", "!=", ">", "<", ">=", "<=")) {
            next++;
            left = joined(left, sum());
        }
        return left;
    }

    private Value sum() {
        Value left = product();
        while (isAny("+", "-")) {
            next++;
            left = joined(left, product());
        }
        return left;
    }

    private Value product() {
        Value left = operand();
        while (isAny("*", "/")) {
            next++;
            Set<String> ignored = isAny("ignoring") ? labelsAfter("ignoring") : Set.of();
            boolean isGrouped = isAny("group_left");
            if (isGrouped) {
                next++;
            }
            Value right = operand();
            Set<String> matched = new TreeSet<>(left.labels);
            matched.removeAll(ignored);
            expect(ignored.isEmpty() || isGrouped, "group_left after ignoring");
            left = new Value(joined(new Value(left.kind, matched, ""), right).kind, left.labels, "");
        }
        return left;
    }

    private Value joined(Value left, Value right) {
        expect(left.kind != Kind.RANGE && right.kind != Kind.RANGE, "no range as an operand");
        if (left.kind == Kind.SCALAR || right.kind == Kind.SCALAR) {
            return left.kind == Kind.SCALAR ? right : left;
        }
        expect(left.labels.equals(right.labels), "operands with the same labels, not " + left + " and " + right);
        return left;
    }

    private Value operand() {
        String token = take();
        if (token.equals("(")) {
            Value inner = comparison();
            expect(")");
            return inner;
        }
        if (Character.isDigit(token.charAt(0))) {
            return Value.SCALAR;
        }
        if (AGGREGATIONS.contains(token)) {
            return aggregation();
        }
        return RATES.contains(token) ? rate() : selector(token);
    }

    private Value aggregation() {
        Set<String> by = isAny("by") ? labelsAfter("by") : Set.of();
        expect("(");
        Value inner = comparison();
        expect(")");
        expect(inner.kind == Kind.VECTOR, "a vector to aggregate");
        expect(inner.labels.containsAll(by), by + " among the labels " + inner.labels);
        return new Value(Kind.VECTOR, by, "");
    }

    private Value rate() {
        expect("(");
        Value inner = operand();
        expect(")");
        expect(inner.kind == Kind.RANGE, "a range for a rate");
        expect(inner.series.matches(".*_(total|count|sum)"), "a counter for a rate, not " + inner.series);
        return new Value(Kind.VECTOR, inner.labels, "");
    }

    private Value selector(String series) {
        expect(Character.isLetter(series.charAt(0)), "a series, not " + series);
        Set<String> labels = labelsOf.apply(series);
        if (isAny("{")) {
            matchers(labels);
        }
        boolean isRange = next < tokens.size() && tokens.get(next).startsWith("[");
        if (isRange) {
            next++;
        }
        return new Value(isRange ? Kind.RANGE : Kind.VECTOR, labels, series);
    }

    private void matchers(Set<String> labels) {
        expect("{");
        do {
            String label = take();
            expect(labels.contains(label), label + " among the labels " + labels);
            expect(isAny("=", "!=", "=~", "!~"), "a matcher");
            String operator = take();
            String value = take();
            expect(value.startsWith("\""), "a quoted value");
            if (operator.endsWith("~")) {
                Pattern.compile(value.substring(1, value.length() - 1));
            }
        } while (isAny(",") && take().equals(","));
        expect("}");
    }

    private Set<String> labelsAfter(String keyword) {
        expect(keyword);
        expect("(");
        Set<String> labels = new HashSet<>();
        do {
            labels.add(take());
        } while (isAny(",") && take().equals(","));
        expect(")");
        return labels;
    }

    private boolean isAny(String... expected) {
        return next < tokens.size() && Set.of(expected).contains(tokens.get(next));
    }

    private String take() {
        expect(next < tokens.size(), "more");
        return tokens.get(next++);
    }

    private void expect(String token) {
        expect(isAny(token), "'" + token + "'");
        next++;
    }

    private void expect(boolean holds, String what) {
        if (!holds) {
            String where = next < tokens.size() ? "before '" + tokens.get(next) + "'" : "at the end";
            throw new IllegalArgumentException("expected " + what + " " + where);
        }
    }
}
