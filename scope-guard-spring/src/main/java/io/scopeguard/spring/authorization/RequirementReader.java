package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.PublicEndpoint;
import io.scopeguard.spring.RequiresRole;
import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import java.lang.annotation.Annotation;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.env.PropertyResolver;
import org.springframework.util.ClassUtils;

/**
 * Reads the requirements in a handler's annotations, and rejects contradictions. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class RequirementReader {

    private static final HandlerRule UNANNOTATED = new HandlerRule.Unannotated();
    private static final HandlerRule ANY_TOKEN = new HandlerRule.AnyToken();
    private static final HandlerRule OPEN = new HandlerRule.Open();

    private final Audience defaultAudience;
    private final Set<Audience> resources;
    private final AnnotatedRequirements requirements;

    /** @param resources the API's own resources */
    public RequirementReader(Audience defaultAudience, Set<Audience> resources, PropertyResolver placeholders) {
        this.defaultAudience = defaultAudience;
        this.resources = Set.copyOf(resources);
        this.requirements = new AnnotatedRequirements(defaultAudience, placeholders);
    }

    Audience defaultAudience() {
        return defaultAudience;
    }

    /**
     * The rule of a web handler: that of its method, or else that of its class.
     *
     * @param method as the mapping knows it, perhaps by an interface; {@code null} if the class as a whole is the handler
     * @param targetClass the class of the handler, behind any proxy
     * @param name of the handler, for messages
     * @throws InvalidSettingException if the annotations contradict each other, or name something that does not exist
     */
    HandlerRule read(@Nullable Method method, Class<?> targetClass, String name) {
        if (AnyTokenHandler.class.isAssignableFrom(targetClass)) {
            return ANY_TOKEN;
        }
        HandlerRule ofMethod = method == null ? null : ofMethod(method, targetClass, name);
        HandlerRule rule = combined(ofMethod, ofClass(targetClass, name), name);
        if (rule instanceof Requires requires && requires.binding() == Binding.EXPRESSION) {
            throw new InvalidSettingException(
                    name,
                    "is a web handler and has the organization expression '" + requires.organization()
                            + "' in its annotation. The guard decides about web handlers before their arguments exist",
                    "Remove the expression: the path variable or the header names the organization.");
        }
        return rule != null ? rule : UNANNOTATED;
    }

    /**
     * The rule of a method in its class: each annotation of the class holds unless the method carries the same one, or is public.
     *
     * @throws InvalidSettingException if the two contradict each other
     */
    public @Nullable HandlerRule combined(@Nullable HandlerRule ofMethod, @Nullable HandlerRule ofClass, String name) {
        if (ofMethod == null) {
            return ofClass;
        }
        return ofMethod instanceof Requires own && ofClass instanceof Requires inherited
                ? agreed(own.within(inherited), name)
                : ofMethod;
    }

    /**
     * The rule that a method declares, or inherits from a method that it overrides or implements.
     *
     * @return {@code null} if there is none
     */
    public @Nullable HandlerRule ofMethod(Method method, Class<?> targetClass, String name) {
        Method specific = AopUtils.getMostSpecificMethod(method, targetClass);
        Set<Method> sources = new LinkedHashSet<>(List.of(specific, method));
        for (Class<?> type : ClassUtils.getAllInterfacesForClassAsSet(targetClass)) {
            Arrays.stream(type.getMethods())
                    .filter(declared -> AopUtils.getMostSpecificMethod(declared, targetClass)
                            .equals(specific))
                    .forEach(sources::add);
        }
        return read(
                sources.stream()
                        .map(source -> MergedAnnotations.from(source, SearchStrategy.TYPE_HIERARCHY))
                        .toList(),
                name);
    }

    /**
     * The rule that a class declares, or inherits.
     *
     * @return {@code null} if there is none
     */
    public @Nullable HandlerRule ofClass(Class<?> targetClass, String name) {
        return read(List.of(MergedAnnotations.from(targetClass, SearchStrategy.TYPE_HIERARCHY)), name);
    }

    /** The requirement must be for an audience that tokens of this API can have. */
    ScopeRequirement checked(ScopeRequirement requirement, String name) {
        Audience audience = requirement.audience();
        if (!audience.isOrganization() && !resources.contains(audience)) {
            throw new InvalidSettingException(
                    name,
                    "requires scopes of " + audience + ", which is not a resource of this API",
                    "Add it to scope-guard.resources, or name one of " + resources + " or 'organization'.");
        }
        return requirement;
    }

    private @Nullable HandlerRule read(List<MergedAnnotations> annotations, String name) {
        RequiresScopes scopes = nearest(annotations, RequiresScopes.class, name);
        RequiresRole roles = nearest(annotations, RequiresRole.class, name);
        PublicEndpoint open = nearest(annotations, PublicEndpoint.class, name);
        if (scopes == null && roles == null) {
            return open == null ? null : OPEN;
        }
        if (open != null) {
            throw new InvalidSettingException(
                    name,
                    "is annotated @PublicEndpoint and " + (scopes == null ? "@RequiresRole" : "@RequiresScopes"),
                    "Keep the one that is meant.");
        }
        Requires rule = new Requires(
                scopes == null ? null : requirements.of(scopes, name),
                roles == null ? null : requirements.of(roles, name),
                scopes == null ? OrganizationBinding.UNSPECIFIED : Bindings.of(scopes, name),
                roles == null ? OrganizationBinding.UNSPECIFIED : Bindings.of(roles, name));
        return agreed(rule, name);
    }

    /** Both annotations are about the same organization. */
    private Requires agreed(Requires rule, String name) {
        if (rule.requirement() != null) {
            checked(rule.requirement(), name);
        }
        Bindings.check(rule, name);
        return rule;
    }

    /**
     * The annotation of the most specific type. Types that do not extend each other, such as two interfaces, and several
     * annotations at the same place must agree.
     */
    private static <A extends Annotation> @Nullable A nearest(
            List<MergedAnnotations> annotations, Class<A> type, String name) {
        List<MergedAnnotation<A>> found =
                annotations.stream().flatMap(each -> each.stream(type)).toList();
        List<A> meanings = found.stream()
                .filter(annotation -> found.stream().noneMatch(other -> isOverridden(annotation, other)))
                .map(MergedAnnotation::synthesize)
                .distinct()
                .toList();
        if (meanings.size() > 1) {
            throw new InvalidSettingException(
                    name,
                    "carries several different @" + type.getSimpleName()
                            + ", directly, by other annotations or inherited",
                    "Keep one, or combine them into one annotation on the method or class itself.");
        }
        return meanings.isEmpty() ? null : meanings.get(0);
    }

    private static boolean isOverridden(MergedAnnotation<?> annotation, MergedAnnotation<?> by) {
        Class<?> declaring = declaringType(annotation);
        Class<?> other = declaringType(by);
        return !declaring.equals(other) && declaring.isAssignableFrom(other);
    }

    private static Class<?> declaringType(MergedAnnotation<?> annotation) {
        Object source = annotation.getSource();
        if (source instanceof Member member) {
            return member.getDeclaringClass();
        }
        return source instanceof Class<?> type ? type : Object.class;
    }
}
