package io.scopeguard.spring.authorization;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.PathContainer;
import org.springframework.util.AntPathMatcher;
import org.springframework.web.util.pattern.PathPattern.PathMatchInfo;
import org.springframework.web.util.pattern.PathPatternParser;
import org.springframework.web.util.pattern.PatternParseException;

/** The organization variable of path patterns. Thread-safe. */
final class OrganizationPattern {

    /** Names that people give to a variable that holds a tenant. */
    private static final Pattern TENANT =
            Pattern.compile("(?i)(org|organi[sz]ation|tenant|workspace|company)[_-]?(id|key|slug|name|code)?");

    /** Ids as identity providers issue them. */
    private static final List<String> IDS = List.of(
            "cu2p5w6hsqs5", "org_9ybsU1dN2dKfDkBi", "3f9a1c52-7b0e-4d5e-9a51-0c2c6f1d7e88", "acme", "ACME", "42");

    private final String variable;

    OrganizationPattern(String variable) {
        this.variable = variable;
    }

    /** Whether requests to this path pattern name their organization in the path. */
    boolean isNamedBy(String pattern) {
        return segments(pattern).stream()
                .anyMatch(part -> part.isVariable() && part.name().equals(variable));
    }

    /** Whether the variable can never hold exactly an id, as one that takes the rest of the path with its slashes. */
    boolean isUnreachable(String pattern) {
        return !hasExpression(pattern) && !takesUsualIds(pattern);
    }

    /** Whether some id of the kinds that identity providers issue can be the value of the variable. */
    boolean takesUsualIds(String pattern) {
        return !isNamedBy(pattern) || IDS.stream().anyMatch(id -> id.equals(valueFor(pattern, id)));
    }

    private boolean hasExpression(String pattern) {
        return segments(pattern).stream()
                .anyMatch(part -> part.isVariable() && part.name().equals(variable) && part.hasExpression());
    }

    /** A variable of the pattern that looks like the organization under another name, where the pattern has no other. */
    Optional<String> lookalike(String pattern) {
        return isNamedBy(pattern)
                ? Optional.empty()
                : segments(pattern).stream()
                        .filter(part ->
                                part.isVariable() && TENANT.matcher(part.name()).matches())
                        .map(Part::name)
                        .findFirst();
    }

    /** A path that the pattern may be meant for. */
    static String example(String pattern) {
        StringBuilder path = new StringBuilder();
        segments(pattern).forEach(part -> path.append(part.isVariable() ? "x" : part.literal()));
        return path.toString();
    }

    private String valueFor(String pattern, String id) {
        String path = sample(pattern, id);
        return path == null ? id : extract(pattern, path).getOrDefault(variable, "");
    }

    /** A path that the pattern is meant for, or {@code null} if the expressions of its other variables are not to be guessed. */
    private @Nullable String sample(String pattern, String id) {
        StringBuilder path = new StringBuilder();
        for (Part part : segments(pattern)) {
            if (!part.isVariable()) {
                path.append(part.literal());
            } else if (part.name().equals(variable)) {
                path.append(id);
            } else if (part.hasExpression()) {
                return null;
            } else {
                path.append('x');
            }
        }
        return path.toString();
    }

    private static Map<String, String> extract(String pattern, String path) {
        try {
            PathMatchInfo match =
                    PathPatternParser.defaultInstance.parse(pattern).matchAndExtract(PathContainer.parsePath(path));
            return match == null ? Map.of() : match.getUriVariables();
        } catch (PatternParseException e) {
            AntPathMatcher matcher = new AntPathMatcher();
            return matcher.match(pattern, path) ? matcher.extractUriTemplateVariables(pattern, path) : Map.of();
        }
    }

    private static List<Part> segments(String pattern) {
        List<Part> parts = new ArrayList<>();
        int start = 0;
        int depth = 0;
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '{' && depth++ == 0) {
                parts.add(new Part(false, pattern.substring(start, i)));
                start = i + 1;
            } else if (c == '}' && --depth == 0) {
                parts.add(new Part(true, pattern.substring(start, i)));
                start = i + 1;
            }
        }
        parts.add(new Part(false, pattern.substring(start)));
        return parts;
    }

    /** Literal text, or the text between braces. */
    private record Part(boolean isVariable, String text) {

        String literal() {
            return text.replace("**", "x").replace('*', 'x').replace('?', 'x');
        }

        boolean isRest() {
            return text.startsWith("*");
        }

        boolean hasExpression() {
            return text.indexOf(':') >= 0;
        }

        String name() {
            String name = hasExpression() ? text.substring(0, text.indexOf(':')) : text;
            return isRest() ? name.substring(1) : name;
        }
    }
}
