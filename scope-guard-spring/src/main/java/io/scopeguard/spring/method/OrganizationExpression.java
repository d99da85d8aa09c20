package io.scopeguard.spring.method;

import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.spring.InvalidSettingException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.Assign;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.ConstructorReference;
import org.springframework.expression.spel.ast.FunctionReference;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.OpDec;
import org.springframework.expression.spel.ast.OpInc;
import org.springframework.expression.spel.ast.Projection;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.Selection;
import org.springframework.expression.spel.ast.TypeReference;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.DataBindingPropertyAccessor;
import org.springframework.expression.spel.support.MapAccessor;
import org.springframework.expression.spel.support.SimpleEvaluationContext;
import org.springframework.security.core.parameters.DefaultSecurityParameterNameDiscoverer;

/**
 * An expression that determines the organization of a call from its arguments. Parsing checks that it refers to existing arguments
 * only. Thread-safe.
 */
final class OrganizationExpression {

    /** The property with the organization of the current request. */
    static final String REQUEST_ORGANIZATION = "requestOrganization";

    private static final Logger log = LoggerFactory.getLogger(OrganizationExpression.class);
    private static final ParameterNameDiscoverer NAMES = new DefaultSecurityParameterNameDiscoverer();
    private static final List<Class<? extends SpelNode>> FORBIDDEN = List.of(
            TypeReference.class,
            ConstructorReference.class,
            BeanReference.class,
            FunctionReference.class,
            Assign.class,
            OpInc.class,
            OpDec.class);

    private final String method;
    private final SpelExpression expression;
    private final @Nullable String[] parameters;
    private final AtomicBoolean failed = new AtomicBoolean();

    private OrganizationExpression(String method, SpelExpression expression, @Nullable String[] parameters) {
        this.method = method;
        this.expression = expression;
        this.parameters = parameters;
    }

    /**
     * @param name of the method, for messages
     * @throws InvalidSettingException if the expression cannot be evaluated for calls of the method
     */
    static OrganizationExpression parse(String text, Method method, String name) {
        @Nullable String @Nullable [] discovered = NAMES.getParameterNames(method);
        @Nullable String[] parameters = discovered == null ? new String[0] : discovered;
        OrganizationExpression parsed = new OrganizationExpression(name, parse(text, name), parameters);
        parsed.check(parsed.expression.getAST(), true);
        return parsed;
    }

    private static SpelExpression parse(String text, String name) {
        try {
            return new SpelExpressionParser().parseRaw(text);
        } catch (ParseException | IllegalStateException e) {
            throw new InvalidSettingException(
                    name,
                    "has the organization expression '" + text + "', which is not valid SpEL: " + e.getMessage(),
                    "Correct it, for example organization = \"#organizationId\".",
                    e);
        }
    }

    /**
     * The organization of a call; {@link RequestedOrganization#MISSING} if the expression yields none.
     *
     * @param requestOrganization the organization that was verified for the current request, if there is one
     */
    RequestedOrganization evaluate(@Nullable Object[] arguments, Supplier<@Nullable String> requestOrganization) {
        SimpleEvaluationContext context = SimpleEvaluationContext.forPropertyAccessors(
                        DataBindingPropertyAccessor.forReadOnlyAccess(), new MapAccessor(false))
                .withInstanceMethods()
                .build();
        for (int i = 0; i < parameters.length; i++) {
            String parameter = parameters[i];
            if (parameter != null) {
                context.setVariable(parameter, arguments[i]);
            }
        }
        try {
            return organization(expression.getValue(context, new Root(requestOrganization)));
        } catch (EvaluationException | IllegalStateException e) {
            if (failed.compareAndSet(false, true)) {
                // The message is not logged, because it may quote the arguments.
                log.warn("{}: the organization expression failed, so the call is denied: {}", method, e.getClass());
            }
            return RequestedOrganization.MISSING;
        }
    }

    private static RequestedOrganization organization(@Nullable Object value) {
        Object id = value instanceof Optional<?> optional ? optional.orElse(null) : value;
        return id == null || id.toString().isBlank()
                ? RequestedOrganization.MISSING
                : RequestedOrganization.named(id.toString());
    }

    /** @param atRoot whether a plain name refers to the root object instead of the preceding expression */
    private void check(SpelNode node, boolean atRoot) {
        if (FORBIDDEN.stream().anyMatch(type -> type.isInstance(node))) {
            throw invalid("may only read the arguments, but contains " + node.toStringAST(), "Use arguments only.");
        }
        if (node instanceof VariableReference variable) {
            checkVariable(variable.toStringAST().substring(1));
        }
        if (atRoot) {
            checkName(node);
        }
        boolean element = node instanceof Projection || node instanceof Selection;
        for (int i = 0; i < node.getChildCount(); i++) {
            boolean follows = node instanceof CompoundExpression && i > 0;
            check(node.getChild(i), !element && !(follows && isMember(node.getChild(i))));
        }
    }

    private static boolean isMember(SpelNode node) {
        return node instanceof PropertyOrFieldReference || node instanceof MethodReference;
    }

    private void checkVariable(String variable) {
        boolean known = variable.equals("this")
                || variable.equals("root")
                || Arrays.asList(parameters).contains(variable);
        if (!known) {
            throw invalid(
                    "refers to #" + variable + ", but the method has "
                            + (parameters.length == 0
                                    ? "no parameters whose names are known"
                                    : "the parameters " + String.join(", ", parameters)),
                    "Correct the name. If the parameter exists, compile with -parameters or annotate it @P(\""
                            + variable + "\").");
        }
    }

    private void checkName(SpelNode node) {
        boolean unknown = node instanceof MethodReference
                || (node instanceof PropertyOrFieldReference property
                        && !property.getName().equals(REQUEST_ORGANIZATION));
        if (unknown) {
            throw invalid(
                    "refers to " + node.toStringAST() + ", which is neither an argument nor " + REQUEST_ORGANIZATION,
                    "An argument is written with a hash: #" + node.toStringAST() + ".");
        }
    }

    private InvalidSettingException invalid(String problem, String fix) {
        String text = expression.getExpressionString();
        return new InvalidSettingException(
                method, "has the organization expression '" + text + "', which " + problem, fix);
    }

    /** The root object of plain names in an expression. */
    private record Root(Supplier<@Nullable String> organization) {

        @SuppressWarnings({"unused", "EffectivelyPrivate"}) // read by expressions
        public @Nullable String getRequestOrganization() {
            return organization.get();
        }
    }
}
