package io.scopeguard.spring.method;

import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.authorization.HandlerRules;
import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;

/**
 * Checks at start-up that the web guard or method security enforces each annotation of all beans, of any scope, whether or not they
 * exist already. Otherwise, start-up fails.
 */
public final class AnnotationAccounting
        implements SmartInitializingSingleton, ApplicationListener<ContextRefreshedEvent> {

    private static final Logger log = LoggerFactory.getLogger(AnnotationAccounting.class);

    private final ConfigurableListableBeanFactory beans;
    private final MethodRules rules;
    private final HandlerRules handlers;
    private final AnnotatedBeanCheck annotations;
    private final GuardedBeanCheck guards;
    private final ObjectProvider<NamedOperations> operations;

    public AnnotationAccounting(
            ConfigurableListableBeanFactory beans,
            MethodRules rules,
            HandlerRules handlers,
            AnnotatedBeanCheck annotations,
            GuardedBeanCheck guards,
            ObjectProvider<NamedOperations> operations) {
        this.beans = beans;
        this.rules = rules;
        this.handlers = handlers;
        this.annotations = annotations;
        this.guards = guards;
        this.operations = operations;
    }

    @Override
    public void afterSingletonsInstantiated() {
        Set<String> guarded = new TreeSet<>();
        Set<Class<?>> classes = new HashSet<>();
        AnnotatedBeans.forEach(beans, (name, type) -> {
            account(name, type);
            classes.add(type);
            rules.of(type).guarded().values().forEach(rule -> guarded.add(rule.name()));
        });
        BeanFactory parent = beans.getParentBeanFactory();
        while (parent instanceof ConfigurableListableBeanFactory ancestor) {
            accountElsewhere(ancestor);
            parent = ancestor.getParentBeanFactory();
        }
        operations.ifAvailable(NamedOperations::check);
        new RouterHandlers(handlers, rules).check();
        warnOfOthers(classes);
        if (!guarded.isEmpty()) {
            log.info("Method security enforces the scopes of: {}", String.join(", ", guarded));
        }
    }

    private void warnOfOthers(Set<Class<?>> classes) {
        ClassLoader loader = beans.getBeanClassLoader();
        if (loader != null && AutoConfigurationPackages.has(beans)) {
            new ClassesWithoutBean(loader, classes, handlers).warn(AutoConfigurationPackages.get(beans));
        }
    }

    /** Contexts below this one come later. */
    @Override
    public void onApplicationEvent(ContextRefreshedEvent event) {
        ApplicationContext context = event.getApplicationContext();
        boolean other = !context.getAutowireCapableBeanFactory().equals(beans);
        if (other && context.getAutowireCapableBeanFactory() instanceof ConfigurableListableBeanFactory descendant) {
            accountElsewhere(descendant);
            new RouterHandlers(handlers, rules).check();
        }
    }

    private void account(String name, Class<?> type) {
        annotations.check(type, name);
        checkServed(type);
        rules.of(type).operations().forEach((method, rule) -> register(method, rule, operations.getIfAvailable()));
        Object bean = existing(name);
        if (bean != null) {
            guards.check(bean, name);
        }
    }

    private static void register(Method method, MethodRule rule, @Nullable NamedOperations served) {
        if (served == null) {
            throw new InvalidSettingException(
                    rule.name(),
                    "requires " + rule.requires().requirementKind()
                            + ", but no MCP server that Scope Guard supports serves it, so that nothing enforces the"
                            + " annotation",
                    "Add org.springframework.ai:spring-ai-starter-mcp-server-webmvc, declare the bean in the context that"
                            + " has the server, or remove the annotation.");
        }
        served.add(method, rule);
    }

    private void checkServed(Class<?> type) {
        rules.of(type).web().forEach((method, rule) -> {
            if (!handlers.enforces(type, method)) {
                throw new InvalidSettingException(
                        AnnotatedClassReader.name(method, type),
                        "requires " + rule.requirementKind()
                                + " and is declared as a web handler, but no handler mapping serves it, so that nothing"
                                + " enforces the annotation",
                        "Annotate its class with @Controller or @RestController, or register it with a handler mapping of the"
                                + " application; or remove the annotation.");
            }
        });
    }

    /** Beans of other contexts are guarded only if the guard is configured there too. */
    private void accountElsewhere(ConfigurableListableBeanFactory factory) {
        boolean isGuarded = factory.getBeanNamesForType(GuardedBeanCheck.class, false, false).length > 0;
        AnnotatedBeans.forEach(factory, (name, type) -> {
            checkServed(type);
            rules.of(type).operations().forEach((method, rule) -> register(method, rule, null));
            if (!isGuarded && !rules.of(type).guarded().isEmpty()) {
                MethodRule rule = rules.of(type).guarded().values().iterator().next();
                throw new InvalidSettingException(
                        rule.name(),
                        "requires " + rule.requires().requirementKind() + ", but its bean '" + name
                                + "' belongs to another application context, in which Scope Guard is not configured",
                        "Declare the bean in the context that has the auto-configuration.");
            }
        });
    }

    /** The bean, if it has been created already and is not a factory bean. */
    private @Nullable Object existing(String name) {
        return beans.isFactoryBean(name) ? null : beans.getSingleton(name);
    }
}
