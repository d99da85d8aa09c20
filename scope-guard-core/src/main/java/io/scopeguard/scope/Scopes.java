package io.scopeguard.scope;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * An immutable set of scope tokens as RFC 6749 §3.3 defines them, in the order in which they were given. Two are equal
 * when they hold the same tokens, whatever their order. Scopes are compared exactly: there are no wildcards.
 *
 * <p>No instance ever holds a name that is not a scope-token, so that each may be written into a header as it is.
 */
public final class Scopes implements Iterable<String> {

    private static final Scopes NONE = new Scopes(Set.of());

    private final Set<String> names;

    private Scopes(Set<String> names) {
        this.names = names;
    }

    /** No scope at all. */
    public static Scopes none() {
        return NONE;
    }

    /**
     * The given scopes.
     *
     * @throws IllegalArgumentException if one of them is not an RFC 6749 scope-token
     */
    public static Scopes of(String... names) {
        for (String name : names) {
            if (!isScopeToken(name)) {
                throw new IllegalArgumentException("not a scope (RFC 6749 §3.3): '" + name + "'");
            }
        }
        return ofTokens(Arrays.asList(names));
    }

    /** Those of the given names that are scope-tokens. No token can ever carry one of the others. */
    public static Scopes ofTokens(Iterable<String> names) {
        Set<String> tokens = new LinkedHashSet<>();
        for (String name : names) {
            if (isScopeToken(name)) {
                tokens.add(name);
            }
        }
        return wrap(tokens);
    }

    /** The scopes in a space-delimited {@code scope} value; what is not a scope-token is left out. */
    public static Scopes parse(String delimited) {
        List<String> names = new ArrayList<>();
        int start = 0;
        while (start < delimited.length()) {
            int space = delimited.indexOf(' ', start);
            int end = space < 0 ? delimited.length() : space;
            names.add(delimited.substring(start, end));
            start = end + 1;
        }
        return ofTokens(names);
    }

    /** Whether the name is {@code 1*( %x21 / %x23-5B / %x5D-7E )}. */
    public static boolean isScopeToken(String name) {
        return !name.isEmpty() && name.chars().allMatch(c -> c > 0x20 && c < 0x7F && c != '"' && c != '\\');
    }

    public boolean contains(String name) {
        return names.contains(name);
    }

    public boolean containsAll(Scopes others) {
        return names.containsAll(others.names);
    }

    public boolean containsAny(Scopes others) {
        return !Collections.disjoint(names, others.names);
    }

    /** The scopes that are in both, in this one's order. */
    public Scopes and(Scopes others) {
        return equals(others) ? this : where(others::contains);
    }

    /** This one's scopes, then those that only the other has. */
    public Scopes or(Scopes others) {
        if (containsAll(others)) {
            return this;
        }
        Set<String> union = new LinkedHashSet<>(names);
        union.addAll(others.names);
        return wrap(union);
    }

    /** This one's scopes without the other's. */
    public Scopes minus(Scopes others) {
        return others.containsAll(this) ? NONE : where(name -> !others.contains(name));
    }

    /** This one's scopes for which the condition holds. */
    public Scopes where(Predicate<String> condition) {
        Set<String> kept = null;
        int passed = 0;
        for (String name : names) {
            if (condition.test(name)) {
                passed++;
                if (kept != null) {
                    kept.add(name);
                }
            } else if (kept == null) {
                // Most conditions hold for all, and then there is nothing to copy.
                kept = first(passed);
            }
        }
        return kept == null ? this : wrap(kept);
    }

    private Set<String> first(int count) {
        Set<String> first = new LinkedHashSet<>();
        Iterator<String> iterator = names.iterator();
        while (first.size() < count) {
            first.add(iterator.next());
        }
        return first;
    }

    public boolean isEmpty() {
        return names.isEmpty();
    }

    public int size() {
        return names.size();
    }

    @Override
    public Iterator<String> iterator() {
        return names.iterator();
    }

    public Stream<String> stream() {
        return StreamSupport.stream(spliterator(), false);
    }

    /** The names in order, unmodifiable. */
    public List<String> toList() {
        return List.copyOf(names);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Scopes that && names.equals(that.names);
    }

    @Override
    public int hashCode() {
        return names.hashCode();
    }

    /** The space-delimited form, as in a {@code scope} parameter. */
    @Override
    public String toString() {
        return String.join(" ", names);
    }

    private static Scopes wrap(Set<String> names) {
        return names.isEmpty() ? NONE : new Scopes(Collections.unmodifiableSet(names));
    }
}
