package io.scopeguard.scope;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An immutable set of scope tokens as defined by RFC 6749 §3.3, in insertion order. Two sets are equal if they contain the same
 * tokens in any order. Scopes are compared exactly: there are no wildcards.
 *
 * <p>Every name in an instance is a valid scope-token, so it may be written into a header unchanged.
 *
 * @since 0.1
 */
public final class Scopes implements Iterable<String> {

    private static final Scopes NONE = new Scopes();

    /** The maximum size up to which comparing all names is faster than hashing. */
    private static final int FEW = 8;

    private final String[] names;

    /**
     * The same names as a hash set, if there are more than a few. Not {@code Set.of}, which is slow for names that differ in a
     * number.
     */
    private final @Nullable Set<String> index;

    private Scopes(String... names) {
        this.names = names;
        this.index = names.length > FEW ? new HashSet<>(Arrays.asList(names)) : null;
    }

    /** No scopes. */
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

    /** The given names that are scope-tokens. Other names are left out, because no token can carry them. */
    public static Scopes ofTokens(Iterable<String> names) {
        Set<String> tokens = new LinkedHashSet<>();
        for (String name : names) {
            if (isScopeToken(name)) {
                tokens.add(name);
            }
        }
        return wrap(tokens.toArray(new String[0]));
    }

    /** The scopes in a space-delimited {@code scope} value. Parts that are not scope-tokens are left out. */
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

    /** Whether the name matches {@code 1*( %x21 / %x23-5B / %x5D-7E )}. */
    public static boolean isScopeToken(String name) {
        return !name.isEmpty() && name.chars().allMatch(c -> c > 0x20 && c < 0x7F && c != '"' && c != '\\');
    }

    public boolean contains(String name) {
        return index == null ? isAmongFew(name) : index.contains(name);
    }

    private boolean isAmongFew(String name) {
        for (String each : names) {
            if (each.equals(name)) {
                return true;
            }
        }
        return false;
    }

    public boolean containsAll(Scopes others) {
        for (String name : others.names) {
            if (!contains(name)) {
                return false;
            }
        }
        return true;
    }

    public boolean containsAny(Scopes others) {
        for (String name : others.names) {
            if (contains(name)) {
                return true;
            }
        }
        return false;
    }

    /** The scopes that are in both sets, in the order of this one. */
    public Scopes and(Scopes others) {
        return where(others::contains);
    }

    /** The scopes of this set, followed by the scopes that only the other set contains. */
    public Scopes or(Scopes others) {
        if (isEmpty()) {
            return others;
        }
        Scopes further = others.minus(this);
        if (further.isEmpty()) {
            return this;
        }
        String[] union = Arrays.copyOf(names, names.length + further.names.length);
        System.arraycopy(further.names, 0, union, names.length, further.names.length);
        return new Scopes(union);
    }

    /** The scopes of this set that are not in the other. */
    public Scopes minus(Scopes others) {
        return others.containsAll(this) ? NONE : where(name -> !others.contains(name));
    }

    /** The scopes of this set for which the condition holds. */
    public Scopes where(Predicate<String> condition) {
        int passed = countFirst(condition);
        // Usually the condition holds for all scopes, and nothing has to be copied.
        return passed == names.length ? this : whereBeyond(passed, condition);
    }

    /** The number of scopes before the first one for which the condition does not hold. */
    private int countFirst(Predicate<String> condition) {
        int count = 0;
        while (count < names.length && condition.test(names[count])) {
            count++;
        }
        return count;
    }

    private Scopes whereBeyond(int passed, Predicate<String> condition) {
        String[] kept = Arrays.copyOf(names, names.length - 1);
        int count = passed;
        for (int i = passed + 1; i < names.length; i++) {
            if (condition.test(names[i])) {
                kept[count++] = names[i];
            }
        }
        return wrap(count == kept.length ? kept : Arrays.copyOf(kept, count));
    }

    public boolean isEmpty() {
        return names.length == 0;
    }

    public int size() {
        return names.length;
    }

    @Override
    public Iterator<String> iterator() {
        return Arrays.asList(names).iterator();
    }

    public Stream<String> stream() {
        return Arrays.stream(names);
    }

    /** The names in order, unmodifiable. */
    public List<String> toList() {
        return List.of(names);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Scopes that && names.length == that.names.length && containsAll(that);
    }

    @Override
    public int hashCode() {
        int sum = 0;
        for (String name : names) {
            sum += name.hashCode();
        }
        return sum;
    }

    /** The space-delimited form, as in a {@code scope} parameter. */
    @Override
    public String toString() {
        return String.join(" ", names);
    }

    private static Scopes wrap(String... names) {
        return names.length == 0 ? NONE : new Scopes(names);
    }
}
